//! The limiters, each as its users use it for 100 calls a minute and 1,500 an hour.

use std::convert::Infallible;
use std::error::Error;
use std::future::Ready;
use std::num::NonZeroU32;
use std::time::Duration;

use async_trait::async_trait;
use governor::RateLimiter as Governor;
use governor::clock::Clock;
use governor::middleware::NoOpMiddleware;
use governor::nanos::Nanos;
use governor::state::{InMemoryState, NotKeyed};
use leaky_bucket::RateLimiter as LeakyBucket;
use quell_ratelimit::{Limiter, Policy, PushBack, Quota, SentPermit};
use tokio::sync::Mutex;
use tokio::time::{Instant, sleep};
use tower::limit::RateLimit;
use tower::limit::rate::Rate;
use tower::{Service, ServiceExt, service_fn};

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);
/// Longer than any call of a run takes.
const TIMEOUT: Duration = Duration::from_secs(120);

/// Waits until a call may go out.
#[async_trait]
pub(crate) trait Gate: Send + Sync {
    async fn pass(&self) -> Result<Pass, Box<dyn Error + Send + Sync>>;
}

/// The leave to send one call.
pub(crate) enum Pass {
    /// It has to be told how the call ended.
    Permit(SentPermit),
    /// Nobody asks any more.
    Spent,
}

impl Pass {
    /// True if a refusal is obeyed by the limiter itself.
    pub(crate) async fn ended(self, refused: Option<Duration>) -> bool {
        let Self::Permit(permit) = self else {
            return false;
        };
        let told = match refused {
            None => permit.complete().await,
            Some(wait) => permit.refused(PushBack::new().retry_after(wait)).await,
        };
        told.is_ok()
    }
}

/// The clients of the tables, in their order.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Client {
    Quell,
    Governor,
    GovernorSafe,
    LeakyBucket,
    Tower,
}

impl Client {
    pub(crate) const ALL: [Self; 5] = [
        Self::Quell,
        Self::Governor,
        Self::GovernorSafe,
        Self::LeakyBucket,
        Self::Tower,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Quell => "**quell-ratelimit**",
            Self::Governor => "governor, 100/min and 1,500/h",
            Self::GovernorSafe => "governor, 90/min + 10 and 1,400/h + 100",
            Self::LeakyBucket => "leaky-bucket, 100/min and 1,500/h",
            Self::Tower => "tower `RateLimit`, 100/min and 1,500/h",
        }
    }

    pub(crate) fn gate(self) -> Result<Box<dyn Gate>, Box<dyn Error>> {
        Ok(match self {
            Self::Quell => Box::new(quell()?),
            Self::Governor => Box::new(Cells::new([(MINUTE, 100, 100), (HOUR, 1500, 1500)])?),
            Self::GovernorSafe => Box::new(Cells::new([(MINUTE, 90, 10), (HOUR, 1400, 100)])?),
            Self::LeakyBucket => Box::new(Buckets([
                bucket(100, Duration::from_millis(600)),
                bucket(1500, Duration::from_millis(2400)),
            ])),
            Self::Tower => Box::new(Tower(Mutex::new(tower()))),
        })
    }
}

fn quell() -> Result<Limiter, Box<dyn Error>> {
    let quota = Quota::parse("100/60s,1500/3600s")?;
    let policy = Policy::new(quota).spacing(Duration::from_millis(100));
    Ok(Limiter::new(policy.max_in_flight(20)))
}

#[async_trait]
impl Gate for Limiter {
    async fn pass(&self) -> Result<Pass, Box<dyn Error + Send + Sync>> {
        let permit = self.acquire().await?;
        Ok(Pass::Permit(permit.sent(TIMEOUT).await?))
    }
}

type Cell = Governor<NotKeyed, InMemoryState, Paused, NoOpMiddleware<Nanos>>;

/// governor's limiters, asked in turn, the minute first.
struct Cells([Cell; 2]);

impl Cells {
    /// Each a period, the calls in it, and the burst.
    fn new(limits: [(Duration, u32, u32); 2]) -> Result<Self, Box<dyn Error>> {
        let cell = |(period, calls, burst): (Duration, u32, u32)| {
            let quota = governor::Quota::with_period(period / calls).ok_or("a period of zero")?;
            let quota = quota.allow_burst(NonZeroU32::new(burst).ok_or("a burst of zero")?);
            Ok::<_, Box<dyn Error>>(Governor::direct_with_clock(quota, Paused(Instant::now())))
        };
        let [minute, hour] = limits;
        Ok(Self([cell(minute)?, cell(hour)?]))
    }
}

#[async_trait]
impl Gate for Cells {
    async fn pass(&self) -> Result<Pass, Box<dyn Error + Send + Sync>> {
        for cell in &self.0 {
            while let Err(refusal) = cell.check() {
                sleep(refusal.wait_time_from(cell.clock().now())).await;
            }
        }
        Ok(Pass::Spent)
    }
}

/// Tokio's paused clock, for governor.
#[derive(Debug, Clone)]
struct Paused(Instant);

impl Clock for Paused {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        self.0.elapsed().into()
    }
}

/// leaky-bucket's limiters, asked in turn, the minute first.
struct Buckets([LeakyBucket; 2]);

fn bucket(limit: usize, one_per: Duration) -> LeakyBucket {
    let mut bucket = LeakyBucket::builder();
    let bucket = bucket.max(limit).initial(limit).refill(1);
    bucket.interval(one_per).build()
}

#[async_trait]
impl Gate for Buckets {
    async fn pass(&self) -> Result<Pass, Box<dyn Error + Send + Sync>> {
        for bucket in &self.0 {
            bucket.acquire_one().await;
        }
        Ok(Pass::Spent)
    }
}

type Sending = fn(()) -> Ready<Result<(), Infallible>>;
type Limited = RateLimit<RateLimit<tower::util::ServiceFn<Sending>>>;

/// tower's limits, one around the other; tower keeps others out by `&mut`.
struct Tower(Mutex<Limited>);

fn tower() -> Limited {
    let send: Sending = |()| std::future::ready(Ok(()));
    let minute = RateLimit::new(service_fn(send), Rate::new(100, MINUTE));
    RateLimit::new(minute, Rate::new(1500, HOUR))
}

#[async_trait]
impl Gate for Tower {
    async fn pass(&self) -> Result<Pass, Box<dyn Error + Send + Sync>> {
        let mut service = self.0.lock().await;
        service.ready().await?.call(()).await?;
        Ok(Pass::Spent)
    }
}

use std::error::Error;
use std::fmt::Write;
use std::time::Duration;

use quell_ratelimit::Quota;

use crate::gates::Client;
use crate::random::Delay;
use crate::run::{Outcome, Until, run};
use crate::service::{Kind, Service};

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);
const EIGHT_HOURS: Until = Until::Elapsed(Duration::from_secs(8 * 3600));
/// 1,500 calls in each of eight hours.
const POSSIBLE: usize = 12_000;
const DOCUMENTED: &str = "100/60s,1500/3600s";
/// Nobody refuses.
const UNLIMITED: &str = "1000000/60s";
const SEED: u64 = 7;

const NEAR: (&str, Delay) = (
    "a median of 60 ms each way (log-normal, σ 0.8)",
    Delay::LogNormal {
        median_ms: 60,
        sigma: 0.8,
    },
);
const FAR: (&str, Delay) = (
    "5 to 2,000 ms each way (uniform)",
    Delay::Uniform {
        from_ms: 5,
        to_ms: 2000,
    },
);

const SERVICES: [(&str, Kind, &str); 9] = [
    ("rolling", Kind::Rolling, DOCUMENTED),
    ("counts refused", Kind::RollingCountsRefused, DOCUMENTED),
    ("from first call", Kind::FixedFromFirstCall, DOCUMENTED),
    (
        "aligned",
        Kind::Aligned {
            phase: Duration::from_secs(17),
        },
        DOCUMENTED,
    ),
    ("bucket", Kind::Bucket { burst_percent: 100 }, DOCUMENTED),
    (
        "a tenth of the burst",
        Kind::Bucket { burst_percent: 10 },
        DOCUMENTED,
    ),
    ("two counters", Kind::TwoCounters, DOCUMENTED),
    ("enforces 80/1,200", Kind::Rolling, "80/60s,1200/3600s"),
    ("enforces 50/750", Kind::Rolling, "50/60s,750/3600s"),
];

pub(crate) async fn all() -> Result<String, Box<dyn Error>> {
    let mut text = String::new();
    let_through(&mut text).await?;
    for delay in [NEAR, FAR] {
        times(&mut text, delay).await?;
    }
    services(&mut text).await?;
    Ok(text)
}

async fn play(
    client: Client,
    kind: Kind,
    enforced: &str,
    delay: Delay,
    until: Until,
) -> Result<Outcome, Box<dyn Error>> {
    let service = Service::new(kind, &Quota::parse(enforced)?);
    run(client, service, delay, until, SEED).await
}

/// What arrives where nobody refuses.
async fn let_through(text: &mut String) -> Result<(), Box<dyn Error>> {
    writeln!(
        text,
        "### What each lets through\n\n\
         A backlog for eight hours; nobody refuses, an answer takes no time. The quota is 100 in \
         60 s and 1,500 in 3,600 s.\n\n\
         | limiter | most in 60 s | most in 3,600 s | in 8 h |\n| --- | ---: | ---: | ---: |"
    )?;
    for client in Client::ALL {
        let outcome = play(client, Kind::Rolling, UNLIMITED, Delay::None, EIGHT_HOURS).await?;
        writeln!(
            text,
            "| {} | {} | {} | {} |",
            client.name(),
            outcome.most_in(MINUTE),
            outcome.most_in(HOUR),
            outcome.admitted,
        )?;
    }
    writeln!(text)?;
    Ok(())
}

/// Calls, refusals and times at a service that counts exactly.
async fn times(text: &mut String, (words, delay): (&str, Delay)) -> Result<(), Box<dyn Error>> {
    writeln!(
        text,
        "### At a service that counts a rolling window, {words}\n\n\
         The least possible is 9:00 for 1,000 calls and 6:09:00 for 10,000.\n\n\
         | limiter | admitted in 8 h | refused in 8 h | 1,000 calls | refused | 10,000 calls | refused |\n\
         | --- | ---: | ---: | ---: | ---: | ---: | ---: |"
    )?;
    for client in Client::ALL {
        let day = play(client, Kind::Rolling, DOCUMENTED, delay, EIGHT_HOURS).await?;
        write!(
            text,
            "| {} | {} | {} |",
            client.name(),
            day.admitted,
            day.refused
        )?;
        for calls in [1000, 10_000] {
            let until = Until::Admitted(calls);
            let outcome = play(client, Kind::Rolling, DOCUMENTED, delay, until).await?;
            write!(text, " {} | {} |", Clock(outcome.took), outcome.refused)?;
        }
        writeln!(text)?;
    }
    writeln!(text)?;
    Ok(())
}

/// Every service for eight hours.
async fn services(text: &mut String) -> Result<(), Box<dyn Error>> {
    let (words, delay) = NEAR;
    writeln!(
        text,
        "### Eight hours at every kind of service, {words}\n\n\
         Admitted, in parts of a hundred of {POSSIBLE} (of 9,600 and 6,000 in the last two columns), \
         and refused. More than 100 is the gain of a gamble on a full bucket or on the edge of a \
         fixed window, which costs refusals where the service counts otherwise.\n"
    )?;
    write!(text, "| limiter |")?;
    for (name, ..) in SERVICES {
        write!(text, " {name} |")?;
    }
    writeln!(text, "\n| --- |{}", " ---: |".repeat(SERVICES.len()))?;
    for client in Client::ALL {
        write!(text, "| {} |", client.name())?;
        for (_, kind, enforced) in SERVICES {
            let outcome = play(client, kind, enforced, delay, EIGHT_HOURS).await?;
            let percent = outcome.admitted as f64 * 100.0 / possible(enforced)? as f64;
            write!(text, " {percent:.1} / {} |", outcome.refused)?;
        }
        writeln!(text)?;
    }
    writeln!(text)?;
    Ok(())
}

/// What eight hours of the longest window admit.
fn possible(enforced: &str) -> Result<usize, Box<dyn Error>> {
    let quota = Quota::parse(enforced)?;
    let hour = quota.windows().last().ok_or("a quota without windows")?;
    Ok(usize::try_from(hour.limit())? * 8)
}

/// `9:03` or `6:09:19`.
struct Clock(Duration);

impl std::fmt::Display for Clock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let seconds = self.0.as_secs() + u64::from(self.0.subsec_millis() >= 500);
        let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        if hours == 0 {
            write!(f, "{minutes}:{seconds:02}")
        } else {
            write!(f, "{hours}:{minutes:02}:{seconds:02}")
        }
    }
}

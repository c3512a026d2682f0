use proptest::prelude::*;
use quell_model::{ActionId, MachineId, Sha1, Timestamp};
use quell_protocol::{Conflict, EnrolResponse, FaultCode, HoldResponse, Order, Verb};
use quell_transport::Reach;

use super::*;

fn verb() -> impl Strategy<Value = Verb> {
    let sha1 = any::<[u8; 20]>().prop_map(Sha1::from_bytes);
    let stop = (sha1, ".*", any::<Option<String>>(), any::<bool>());
    let sha1 = any::<[u8; 20]>().prop_map(Sha1::from_bytes);
    let name = proptest::collection::vec(1..=u8::MAX, 0..40);
    let knowing = (
        proptest::option::of(1..=i64::MAX.cast_unsigned()),
        proptest::collection::vec(name, 0..4),
        any::<(bool, bool)>(),
    );
    let restore = (sha1, proptest::option::of("[a-z]+"), any::<bool>(), ".*");
    prop_oneof![
        (stop, knowing).prop_map(
            |((sha1, comment, requestor, force), (size, paths, (dry_run, stop_mappers)))| {
                let path = |name: &Vec<u8>| {
                    quell_protocol::WirePath::from_bytes(&[b"/", name.as_slice()].concat())
                };
                Verb::StopAndQuarantineFile {
                    sha1,
                    comment,
                    requestor,
                    force,
                    hints: quell_protocol::Hints {
                        file_size: size,
                        paths: paths.iter().map(path).collect(),
                    },
                    dry_run,
                    stop_mappers,
                }
            }
        ),
        restore.prop_map(|(sha1, taken_by, rename, comment)| Verb::RestoreFile {
            sha1,
            taken_by: taken_by.map(|id| ActionId::new(id).unwrap()),
            conflict: if rename {
                Conflict::Rename
            } else {
                Conflict::Fail
            },
            comment,
            requestor: None,
        }),
        Just(Verb::CancelAction),
    ]
}

fn order() -> impl Strategy<Value = Order> {
    let ids = ("[a-z0-9-]{1,40}", "[a-z0-9-]{1,40}");
    (any::<u64>(), ids, any::<i64>(), verb()).prop_map(|(sequence, (machine, action), at, verb)| {
        Order {
            sequence,
            machine_id: MachineId::new(machine).unwrap(),
            action_id: ActionId::new(action).unwrap(),
            expires_at: Timestamp::from_unix_ticks(at),
            verb,
        }
    })
}

fn failure() -> impl Strategy<Value = ExchangeError> {
    prop_oneof![
        (".*", any::<Option<i64>>()).prop_map(|(message, at)| ExchangeError::Refused {
            code: FaultCode::ClockSkew,
            message,
            server_time: at.map(Timestamp::from_unix_ticks),
        }),
        any::<u16>().prop_map(ExchangeError::Unexpected),
        ".*".prop_map(ExchangeError::Unreadable),
        (any::<bool>(), ".*").prop_map(|(sent, why)| ExchangeError::Unreachable {
            reach: if sent { Reach::Unknown } else { Reach::NotSent },
            why,
        }),
        ".*".prop_map(ExchangeError::Unsendable),
    ]
}

fn orders() -> impl Strategy<Value = Answer> {
    let parts = (
        any::<i64>(),
        proptest::collection::vec(order(), 0..4),
        any::<bool>(),
        any::<bool>(),
    );
    parts.prop_map(|(at, orders, frozen, rotate_key)| {
        Answer::Orders(HoldResponse {
            server_time: Timestamp::from_unix_ticks(at),
            orders,
            frozen,
            rotate_key,
        })
    })
}

fn from_network() -> impl Strategy<Value = FromNetwork> {
    let enrolled = ("[a-z]+", ".*").prop_map(|(machine, tenant_id)| {
        Answer::Enrolled(EnrolResponse {
            machine_id: MachineId::new(machine).unwrap(),
            tenant_id,
        })
    });
    let answer = prop_oneof![orders(), enrolled, Just(Answer::Heard)];
    let answer = prop_oneof![answer.prop_map(Ok), failure().prop_map(Err)];
    let walls = proptest::collection::vec((0..Wall::ALL.len(), any::<bool>(), ".*"), 0..8);
    prop_oneof![
        (any::<u64>(), answer).prop_map(|(id, answer)| FromNetwork::Answered { id, answer }),
        ".*".prop_map(FromNetwork::Unusable),
        walls.prop_map(|walls| {
            let state = |(wall, stands, detail): (usize, bool, String)| WallState {
                wall: Wall::ALL[wall],
                stands,
                detail,
            };
            FromNetwork::Ready(walls.into_iter().map(state).collect())
        }),
    ]
}

fn to_network() -> impl Strategy<Value = ToNetwork> {
    let send = (any::<u64>(), 0..Route::ALL.len(), ".*", any::<Vec<u8>>());
    prop_oneof![
        (".*", any::<Option<Vec<u8>>>())
            .prop_map(|(server, authority)| ToNetwork::Begin(Begin { server, authority })),
        send.prop_map(|(id, route, proof, body)| {
            let route = Route::ALL[route];
            ToNetwork::Send(Request {
                id,
                route,
                proof,
                body,
            })
        }),
    ]
}

proptest! {
    #[test]
    fn messages_arrive_as_they_were_sent(from in from_network(), to in to_network()) {
        prop_assert_eq!(FromNetwork::decode(&from.encode()), Ok(from));
        prop_assert_eq!(ToNetwork::decode(&to.encode()), Ok(to));
    }

    #[test]
    fn messages_that_are_cut_or_lengthened_are_refused(
        message in from_network(), cut in any::<prop::sample::Index>(), more in any::<u8>(),
    ) {
        let whole = message.encode();
        let cut = whole.get(..cut.index(whole.len())).unwrap();
        prop_assert!(FromNetwork::decode(cut).is_err());
        let longer = [whole.as_slice(), &[more]].concat();
        prop_assert_eq!(FromNetwork::decode(&longer), Err(Malformed::Long));
    }

    #[test]
    fn hostile_bytes_end_in_an_error_or_a_message_and_nothing_else(bytes in any::<Vec<u8>>()) {
        let _ = FromNetwork::decode(&bytes);
        let _ = ToNetwork::decode(&bytes);
        let _ = read_frame(&mut bytes.as_slice(), MAX_FROM_NETWORK);
    }

    #[test]
    fn one_wrong_byte_is_survived(
        message in from_network(), at in any::<prop::sample::Index>(), wrong in any::<u8>(),
    ) {
        let mut bytes = message.encode();
        let at = at.index(bytes.len());
        bytes[at] = wrong;
        if let Ok(other) = FromNetwork::decode(&bytes) {
            // Whatever it is now, it is exactly one message.
            prop_assert_eq!(other.encode(), bytes);
        }
    }
}

#[test]
fn count_that_promises_more_than_there_is_takes_no_memory() {
    let mut ready = vec![1];
    ready.extend(VERSION.to_le_bytes());
    ready.extend(u32::MAX.to_le_bytes());
    assert_eq!(FromNetwork::decode(&ready), Err(Malformed::Short));
}

#[test]
fn another_version_is_refused() {
    for message in [
        FromNetwork::Ready(Vec::new()).encode(),
        ToNetwork::Begin(Begin {
            server: "x".to_owned(),
            authority: None,
        })
        .encode(),
    ] {
        let mut other = message;
        other[1] = other[1].wrapping_add(1);
        let refused = Malformed::Unknown("version");
        assert!(
            FromNetwork::decode(&other) == Err(refused)
                || ToNetwork::decode(&other) == Err(refused)
        );
    }
}

#[test]
fn more_orders_than_fit_arrive_as_the_first_of_them() {
    let order = |sequence| Order {
        sequence,
        machine_id: MachineId::new("m").unwrap(),
        action_id: ActionId::new("a").unwrap(),
        expires_at: Timestamp::LAST,
        verb: Verb::StopAndQuarantineFile {
            sha1: Sha1::OF_NOTHING,
            comment: "x".repeat(MAX_FROM_NETWORK / 4),
            requestor: None,
            force: false,
            hints: quell_protocol::Hints::default(),
            dry_run: false,
            stop_mappers: false,
        },
    };
    let held = HoldResponse {
        server_time: Timestamp::UNIX_EPOCH,
        orders: (1..9).map(order).collect(),
        frozen: false,
        rotate_key: false,
    };
    let answer = Ok(Answer::Orders(held));
    let bytes = FromNetwork::Answered { id: 1, answer }.encode();
    assert!(bytes.len() <= MAX_FROM_NETWORK);
    let Ok(FromNetwork::Answered { answer, .. }) = FromNetwork::decode(&bytes) else {
        panic!("not understood")
    };
    let Ok(Answer::Orders(held)) = answer else {
        panic!("no orders")
    };
    let sequences: Vec<u64> = held.orders.iter().map(|order| order.sequence).collect();
    assert_eq!(sequences, [1, 2, 3]);
}

#[test]
fn proof_of_a_request_is_not_shown() {
    let request = Request {
        id: 1,
        route: Route::Hold,
        proof: "canary".to_owned(),
        body: b"canary".to_vec(),
    };
    assert!(!format!("{request:?}").contains("canary"));
}

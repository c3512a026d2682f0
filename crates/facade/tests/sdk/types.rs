//! Promises that the compiler checks.

use std::future::IntoFuture;

use quell::{Client, Error, MachineHandle, Pages, Wait};

use crate::tenant::{ACTION, MACHINE, SHA1, Tenant};

fn is_shareable<T: Clone + Send + Sync + 'static>() {}
fn is_send<T: Send>(_: T) {}

#[test]
fn clients_and_handles_travel_between_threads() {
    is_shareable::<Client>();
    is_shareable::<MachineHandle>();
    is_shareable::<quell::ActionHandle>();
    is_shareable::<quell::FileHandle>();
    is_shareable::<quell::ActionQuery>();
    is_shareable::<Wait>();
    is_shareable::<quell::Watch>();
    is_shareable::<quell::ActionRequest<quell::model::StopAndQuarantineFile>>();
    is_shareable::<quell::Counters>();
    is_shareable::<quell::Placed>();
    is_shareable::<quell::MachineQuery>();
}

#[test]
fn errors_travel_as_errors_do() {
    fn is_error<T: std::error::Error + Send + Sync + 'static>() {}
    is_error::<Error>();
    is_error::<quell::BuildError>();
    is_error::<quell::TokenError>();
}

#[tokio::test(start_paused = true)]
async fn every_future_is_send() {
    let client = Tenant::new().client();
    let machine = client.machine(MACHINE);
    is_send(machine.get());
    let asking = machine.stop_and_quarantine_file(SHA1, "alert 7");
    is_send(asking.into_future());
    is_send(machine.stop_and_quarantine_file(SHA1.to_owned(), String::from("alert 7")));
    let action = client.action(ACTION);
    is_send(action.get());
    is_send(action.cancel("no"));
    is_send(action.wait().into_future());
    let file = client.file(SHA1);
    is_send(file.get());
    is_send(file.machines());
    is_send(client.machines().list());
    let mut watch = client.wait_all([ACTION.parse::<quell::ActionId>().unwrap()]);
    is_send(watch.next());
    is_send(watch.into_future());
    is_send(client.unsettled());
    let mut pages: Pages<_> = client.actions().pages().unwrap();
    is_send(pages.next());
    is_send(pages.all());
}

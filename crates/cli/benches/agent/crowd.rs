//! Bystanders: processes that have nothing to do with it, as a machine has them.

use std::process::{Child, Command, Stdio};

/// How many there are.
pub(crate) const SIZE: usize = 600;

/// They end when this is dropped.
pub(crate) struct Crowd(Vec<Child>);

impl Crowd {
    pub(crate) fn gather() -> Self {
        Self((0..SIZE).map(|_| bystander("sleep", &["900"])).collect())
    }
}

impl Drop for Crowd {
    fn drop(&mut self) {
        self.0.iter_mut().for_each(end);
    }
}

/// A process without input and output.
pub(crate) fn bystander(program: impl AsRef<std::ffi::OsStr>, arguments: &[&str]) -> Child {
    Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("it starts")
}

/// Ends a child of this program, if it has not ended, and reaps it.
pub(crate) fn end(child: &mut Child) {
    let _ = child.kill();
    let _ = child.wait();
}

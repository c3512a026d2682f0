//! Running a program of the machine for its answer, for a limited time.

use std::io::{self, Read as _};
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{PidfdFlags, pidfd_open};

/// What the program writes to standard output, whatever its exit status is: rpm's counts the files
/// that it does not know. A program that takes too long, or says too much, is killed.
pub(super) fn output(
    mut command: Command,
    deadline: Instant,
    longest: usize,
) -> io::Result<Vec<u8>> {
    let child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    let mut running = Running(child);
    let answer = read(&mut running.0, deadline, longest)?;
    running.wait(deadline)?;
    Ok(answer)
}

/// A program that does not outlive the interest in it.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Running {
    /// It may close its output and go on.
    fn wait(&mut self, deadline: Instant) -> io::Result<()> {
        let pid = i32::try_from(self.0.id()).ok();
        let pid = pid.and_then(rustix::process::Pid::from_raw);
        let pid = pid.ok_or_else(|| io::Error::other("it has no process id"))?;
        let ended = pidfd_open(pid, PidfdFlags::empty())?;
        await_readable(&ended, deadline)?;
        let status = self.0.wait()?;
        match status.code() {
            Some(_) => Ok(()),
            None => Err(io::Error::other(format!("it ended by a signal ({status})"))),
        }
    }
}

fn read(child: &mut Child, deadline: Instant, longest: usize) -> io::Result<Vec<u8>> {
    let Some(stdout) = child.stdout.as_mut() else {
        return Ok(Vec::new());
    };
    let mut answer = Vec::new();
    let mut piece = vec![0; 64 * 1024];
    loop {
        await_readable(&*stdout, deadline)?;
        let count = stdout.read(&mut piece)?;
        if count == 0 {
            return Ok(answer);
        }
        answer.extend_from_slice(piece.get(..count).unwrap_or_default());
        if answer.len() > longest {
            return Err(io::Error::other("it says too much"));
        }
    }
}

fn await_readable(fd: impl std::os::fd::AsFd, deadline: Instant) -> io::Result<()> {
    let left = deadline.saturating_duration_since(Instant::now());
    let left = Timespec::try_from(left).map_err(io::Error::other)?;
    let mut fds = [PollFd::new(&fd, PollFlags::IN)];
    match poll(&mut fds, Some(&left)) {
        Ok(0) => Err(io::Error::new(
            io::ErrorKind::TimedOut,
            "it does not answer in time",
        )),
        Ok(_) => Ok(()),
        // The child's end may interrupt; what is there is asked for again.
        Err(rustix::io::Errno::INTR) => await_readable(fd, deadline),
        Err(errno) => Err(errno.into()),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", script]);
        command
    }

    fn soon() -> Instant {
        Instant::now() + Duration::from_secs(60)
    }

    #[test]
    fn answer_counts_whatever_the_exit_status() {
        let answer = output(shell("echo a; echo no >&2; exit 3"), soon(), 100);
        assert_eq!(answer.unwrap(), b"a\n");
    }

    #[test]
    fn program_that_does_not_end_is_given_up() {
        let over = Instant::now();
        for script in ["exec sleep 600", "exec sleep 600 >&-"] {
            let error = output(shell(script), over, 100).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::TimedOut, "{script}");
        }
    }

    #[test]
    fn program_that_says_too_much_or_is_killed_has_no_answer() {
        let error = output(shell("exec yes"), soon(), 100).unwrap_err();
        assert_eq!(error.to_string(), "it says too much");
        let error = output(shell("echo a; kill -9 $$"), soon(), 100).unwrap_err();
        assert!(error.to_string().contains("signal"), "{error}");
    }
}

//! The agent of a Linux device.

#[cfg(target_os = "linux")]
fn main() -> std::process::ExitCode {
    quell_agent::command::main()
}

#[cfg(not(target_os = "linux"))]
fn main() -> std::process::ExitCode {
    use std::io::Write as _;
    let _ = writeln!(std::io::stderr(), "error: quell-agent runs on Linux only");
    std::process::ExitCode::from(2)
}

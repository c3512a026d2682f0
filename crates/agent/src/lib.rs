#![doc = include_str!("../README.md")]
#![cfg(target_os = "linux")]

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
compile_error!(
    "quell-agent is for x86_64 and aarch64: which system calls its network half needs, and how they are \
     filtered, was tried on no other processor"
);

pub mod bridge;
mod causes;
pub mod command;
pub mod config;
mod counted;
mod crash_point;
pub mod engine;
pub mod facilities;
pub mod find;
pub mod hash;
mod holes;
pub mod inventory;
mod journal;
pub mod link;
mod network;
mod page_cache;
pub mod plan;
pub mod policy;
pub mod protect;
mod restore;
mod sys;
pub mod vault;
mod whole_file;

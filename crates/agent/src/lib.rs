#![doc = include_str!("../README.md")]
#![cfg(target_os = "linux")]

mod crash_point;
pub mod engine;
pub mod find;
pub mod hash;
mod sys;
pub mod vault;
mod whole_file;

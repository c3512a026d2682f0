#![doc = include_str!("../README.md")]
#![cfg(target_os = "linux")]

pub mod engine;
pub mod find;
pub mod hash;
pub mod vault;
mod whole_file;

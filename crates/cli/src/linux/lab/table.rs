//! Which simulated device shows which behaviour.

use quell_simulator::{FileKind, Fleet, Kind, Member, SampleFile};
use quell_terminal::Table;
use serde::Serialize;

/// The simulated devices and their files.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Simulated<'a> {
    files: Vec<File<'a>>,
    devices: Vec<Device<'a>>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct File<'a> {
    name: &'static str,
    sha1: String,
    sha256: &'a str,
    seen_on: usize,
    seen: &'static str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Device<'a> {
    machine_id: &'a str,
    computer_dns_name: &'a str,
    os_platform: &'a str,
    version: Option<&'a str>,
    behavior: &'a str,
    shows: &'a str,
    files: Vec<&'static str>,
}

impl<'a> Simulated<'a> {
    pub(super) fn of(fleet: &'a Fleet) -> Self {
        let devices = fleet.members().iter();
        Self {
            files: fleet
                .files()
                .iter()
                .map(|file| File::of(file, fleet))
                .collect(),
            devices: devices
                .filter_map(|member| Some(Device::of(member, fleet.kind(member)?)))
                .collect(),
        }
    }

    /// A line for each behaviour, with the first device that shows it.
    pub(super) fn for_people(&self) -> String {
        format!(
            "\nSimulated devices ({} in all; --output json names every one):\n\n{}\n{}",
            self.devices.len(),
            self.behaviors(),
            self.hashes()
        )
    }

    fn behaviors(&self) -> String {
        let mut table = Table::new(&["behavior", "devices", "system", "first machine id", "shows"]);
        let mut shown: Vec<&str> = Vec::new();
        for device in &self.devices {
            if shown.contains(&device.behavior) {
                continue;
            }
            shown.push(device.behavior);
            let alike = |other: &&Device<'_>| other.behavior == device.behavior;
            let count = self.devices.iter().filter(alike).count();
            let system = [Some(device.os_platform), device.version];
            let system: Vec<&str> = system.into_iter().flatten().collect();
            table.row([
                device.behavior.to_owned(),
                count.to_string(),
                system.join(" "),
                device.machine_id.to_owned(),
                device.shows.to_owned(),
            ]);
        }
        table.render("none")
    }

    fn hashes(&self) -> String {
        let mut table = Table::new(&["file", "devices", "sha-1", "seen"]);
        for file in &self.files {
            table.row([
                file.name.to_owned(),
                file.seen_on.to_string(),
                file.sha1.clone(),
                file.seen.to_owned(),
            ]);
        }
        table.render("none")
    }
}

impl<'a> File<'a> {
    fn of(file: &'a SampleFile, fleet: &Fleet) -> Self {
        let has = |member: &&Member| member.files.contains(&file.kind);
        Self {
            name: file.kind.as_str(),
            sha1: file.sha1.to_string(),
            sha256: &file.sha256,
            seen_on: fleet.members().iter().filter(has).count(),
            seen: file.kind.whereabouts(),
        }
    }
}

impl<'a> Device<'a> {
    fn of(member: &'a Member, kind: &'a Kind) -> Self {
        Self {
            machine_id: member.id.as_str(),
            computer_dns_name: &member.dns_name,
            os_platform: &kind.os,
            version: kind.version.as_deref(),
            behavior: &kind.name,
            shows: &kind.shows,
            files: member.files.iter().copied().map(FileKind::as_str).collect(),
        }
    }
}

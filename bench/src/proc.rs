//! What the kernel tells about a process and the machine: processor time, memory, the processor's name.

use std::fs;
use std::time::Duration;

/// The kernel counts in hundredths of a second towards programs, whatever it uses inside (proc(5), `USER_HZ`).
const TICK: Duration = Duration::from_millis(10);

pub struct Memory {
    pub resident_mib: f64,
    /// Without the pages that stand in for files, which the system can drop at any time.
    pub anonymous_mib: f64,
}

/// Processor time that a process has used, in user and kernel mode.
pub fn cpu_of(pid: u32) -> Result<Duration, String> {
    let stat = read(&format!("/proc/{pid}/stat"))?;
    cpu_in(&stat).ok_or_else(|| format!("cannot make sense of /proc/{pid}/stat"))
}

pub fn memory_of(pid: u32) -> Result<Memory, String> {
    let status = read(&format!("/proc/{pid}/status"))?;
    memory_in(&status).ok_or_else(|| format!("cannot make sense of /proc/{pid}/status"))
}

pub fn processor() -> String {
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info.lines().find_map(|line| line.strip_prefix("model name")?.split_once(':'));
    model.map_or_else(|| "unknown".to_owned(), |(_, name)| name.trim().to_owned())
}

/// The name of a process, shortened by the kernel.
pub fn name_of(pid: u32) -> Option<String> {
    fs::read_to_string(format!("/proc/{pid}/comm")).ok().map(|name| name.trim().to_owned())
}

pub fn parent_of(pid: u32) -> Option<u32> {
    parent_in(&fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)
}

pub fn children_of(parent: u32) -> Vec<u32> {
    let Ok(entries) = fs::read_dir("/proc") else { return Vec::new() };
    let pids = entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    pids.filter(|pid| parent_of(*pid) == Some(parent)).collect()
}

/// The cores that a process may use, in the kernel's way to write a set.
pub fn cores_of(pid: u32) -> Option<String> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    status.lines().find_map(|line| line.strip_prefix("Cpus_allowed_list:")).map(|cores| cores.trim().to_owned())
}

fn read(path: &str) -> Result<String, String> {
    fs::read_to_string(path).map_err(|err| format!("reading {path}: {err}"))
}

fn cpu_in(stat: &str) -> Option<Duration> {
    // The name stands in brackets and may hold blanks and brackets itself, so the fields are counted from behind it.
    let (_, fields) = stat.rsplit_once(')')?;
    let mut fields = fields.split_whitespace().skip(11);
    let user: u32 = fields.next()?.parse().ok()?;
    let kernel: u32 = fields.next()?.parse().ok()?;
    Some(TICK * (user + kernel))
}

fn parent_in(stat: &str) -> Option<u32> {
    let (_, fields) = stat.rsplit_once(')')?;
    fields.split_whitespace().nth(1)?.parse().ok()
}

fn memory_in(status: &str) -> Option<Memory> {
    let mib = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name))?;
        let kib: f64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
        Some(kib / 1024.0)
    };
    Some(Memory { resident_mib: mib("VmRSS:")?, anonymous_mib: mib("RssAnon:")? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn processor_time_is_read_behind_any_name() {
        let stat = "12 (a ) b) S 1 12 12 0 -1 4194560 900 0 0 0 150 50 0 0 20 0 4 0 77 1000 200";
        assert_eq!(cpu_in(stat), Some(Duration::from_secs(2)));
        assert_eq!(cpu_in("12 (cut"), None);
        assert_eq!(parent_in(stat), Some(1));
    }

    #[test]
    fn memory_is_read_in_mebibytes() {
        let memory = memory_in("VmRSS:\t   20480 kB\nRssAnon:\t   10240 kB\n").expect("both are there");
        assert_eq!((memory.resident_mib, memory.anonymous_mib), (20.0, 10.0));
    }
}

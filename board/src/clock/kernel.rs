//! What the kernel knows about time: whether something disciplines its clock, which boot this is, how long ago it was.

use std::fs;

use rustix::time::{ClockId, clock_gettime};

/// Where the kernel shows the id of this boot.
const BOOT_ID: &str = "/proc/sys/kernel/random/boot_id";

/// Why the kernel would not say.
#[derive(Debug, thiserror::Error)]
#[error("cannot read {BOOT_ID}: {0}; is /proc mounted?")]
pub struct KernelError(#[from] std::io::Error);

/// Whether an NTP client (systemd-timesyncd, chrony, ntpd) disciplines the kernel's clock at this moment. The kernel
/// drops the claim by itself when the client has been silent for long. `false` also where the kernel does not say.
pub fn kernel_synchronised() -> bool {
    adjtimex_state().is_some_and(|state| state != libc::TIME_ERROR)
}

/// The state that adjtimex(2) returns, asking only and setting nothing.
#[expect(unsafe_code, reason = "adjtimex is in neither std nor rustix")]
fn adjtimex_state() -> Option<libc::c_int> {
    // SAFETY: `timex` is plain integers, for which zero is a value; `modes` = 0 makes the call read only; the kernel
    // fills the struct we own and keeps no pointer to it.
    let state = unsafe {
        let mut timex: libc::timex = std::mem::zeroed();
        libc::adjtimex(&mut timex)
    };
    (state >= 0).then_some(state)
}

/// The id of this boot: a random UUID that the kernel makes at every start, in its usual text form.
pub fn boot_id() -> Result<String, KernelError> {
    Ok(fs::read_to_string(BOOT_ID)?.trim().to_owned())
}

/// Milliseconds since this boot, time asleep included; no clock setting moves it.
pub fn uptime_ms() -> u64 {
    let since = clock_gettime(ClockId::Boottime);
    let seconds = u64::try_from(since.tv_sec).expect("invariant: CLOCK_BOOTTIME starts at zero");
    seconds * 1_000 + u64::try_from(since.tv_nsec).unwrap_or(0) / 1_000_000
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_boot_has_one_id_in_the_shape_of_a_uuid() {
        let id = boot_id().unwrap();
        assert_eq!(id, boot_id().unwrap());
        assert_eq!(id.len(), 36);
        assert!(id.split('-').map(str::len).eq([8, 4, 4, 4, 12]), "{id}");
    }

    #[test]
    fn uptime_agrees_with_the_kernels_own_page() {
        let page = fs::read_to_string("/proc/uptime").unwrap();
        let seconds: f64 = page.split(' ').next().unwrap().parse().unwrap();
        let page_ms = (seconds * 1_000.0) as u64;
        let ours_ms = uptime_ms();
        // The page is rounded to hundredths and was read a moment earlier; a loaded machine may take its time between.
        assert!(ours_ms + 10 >= page_ms && ours_ms < page_ms + 10_000, "{page_ms} {ours_ms}");
    }

    #[test]
    fn the_kernel_answers_whether_it_is_synchronised() {
        assert!(adjtimex_state().is_some());
        assert_eq!(kernel_synchronised(), adjtimex_state() != Some(libc::TIME_ERROR));
    }
}

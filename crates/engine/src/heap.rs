//! How the memory of a whole program is kept together.

/// Bounds the heaps that the C library keeps apart for threads, once, at the start of a program. By default there may be eight
/// for each processor, and what threads have come and gone with (hashing, SQLite, the disk) stays in each of them: with 65,000
/// files that was most of the growth.
pub fn keep_together() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    #[expect(
        unsafe_code,
        reason = "sets a number in the allocator, which takes its own lock; no pointer goes in or comes out"
    )]
    // SAFETY: mallopt may be called at any time from any thread; a value that it does not take changes nothing.
    unsafe {
        libc::mallopt(libc::M_ARENA_MAX, HEAPS);
    }
}

/// The main one, and one more for the threads that find it taken.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const HEAPS: i32 = 2;

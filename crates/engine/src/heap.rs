//! How the memory of a whole program is kept together.

/// Files of a folder above which their list is large enough to be missed once it is free.
const MANY: u64 = 5_000;

/// Bounds the heaps that the C library keeps apart for threads, once, at the start of a program. By default there may be eight
/// for each processor, and what threads have come and gone with (hashing, SQLite, the disk) stays in each of them: with 65,000
/// files that was most of the growth. And what is large is taken from the system and goes back to it: by default the first large
/// piece that is freed makes all later ones of its size stay in a heap, between whatever lives longer.
pub fn keep_together() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    #[expect(
        unsafe_code,
        reason = "sets numbers in the allocator, which takes its own lock; no pointer goes in or comes out"
    )]
    // SAFETY: mallopt may be called at any time from any thread; a value that it does not take changes nothing.
    unsafe {
        libc::mallopt(libc::M_ARENA_MAX, HEAPS);
        libc::mallopt(libc::M_MMAP_THRESHOLD, LARGE);
    }
}

/// After work with a list of so many files: what is free in the heaps goes back to the system. The next such work may be done
/// in another heap, and would grow that one as well.
pub(crate) fn give_back(files: u64) {
    if files < MANY {
        return;
    }
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    #[expect(
        unsafe_code,
        reason = "asks the allocator, which takes its own locks; no pointer goes in or comes out"
    )]
    // SAFETY: malloc_trim may be called at any time from any thread; what is in use stays where it is.
    unsafe {
        libc::malloc_trim(0);
    }
}

/// The main one, and one more for the threads that find it taken.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const HEAPS: i32 = 2;

/// Bytes: more than one piece of a file that is read, so that these do not come and go.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const LARGE: i32 = 260 * 1024;

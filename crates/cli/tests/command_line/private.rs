//! What only this user may read.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::house::House;

fn mode(path: &Path) -> u32 {
    let looks = std::fs::metadata(path).expect("is there");
    looks.permissions().mode() & 0o777
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_else_may_look_into_the_data_folder_also_where_it_was_open_before() {
    let house = House::with_account().await;
    let data = house.path("data/pinfold");
    assert_eq!(mode(&data), 0o700);
    std::fs::set_permissions(&data, std::fs::Permissions::from_mode(0o755)).expect("sets");
    house.done(&["account", "ls"]);
    assert_eq!(mode(&data), 0o700);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_else_may_look_into_what_the_local_service_keeps() {
    let house = House::new().await;
    let data = house.path("home/service");
    std::fs::create_dir(&data).expect("creates");
    std::fs::set_permissions(&data, std::fs::Permissions::from_mode(0o755)).expect("sets");
    let text = data.to_str().expect("text");
    let (serving, _) = house.stays(&["--json", "sandbox", "--data", text]);
    for folder in ["blobs", "partial", "uploads"] {
        assert_eq!(mode(&data.join(folder)), 0o700, "{folder}");
    }
    assert_eq!(mode(&data.join("sandbox.db")), 0o600);
    // The folder itself is the person's own, and may hold other things.
    assert_eq!(mode(&data), 0o755);
    let (code, rest) = serving.terminate();
    assert_eq!(code, 0, "{rest}");
    // Its token is of that run, and stands nowhere else.
    std::fs::remove_file(data.join("token")).expect("removes");
}

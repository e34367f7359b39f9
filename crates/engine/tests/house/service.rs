//! What the service has got, by its own word.

use super::House;

impl House {
    /// What the service itself lists under a CID.
    pub(crate) async fn pin(&self, cid: &str) -> Option<engine::pins::Listed> {
        self.engine.pins.refresh(self.account).await.expect("reads");
        let found = self.engine.pins.find(self.account, cid).expect("looks");
        found.map(|row| row.pin)
    }

    /// Uploads that reached the server, by its own log.
    pub(crate) fn uploads_received(&self) -> usize {
        let upload = |path: &str| path.ends_with("/v3/files") || path.ends_with("/pinFileToIPFS");
        self.sandbox
            .requests()
            .iter()
            .filter(|entry| entry.method == "POST" && upload(&entry.path) && entry.cid.is_some())
            .count()
    }
}

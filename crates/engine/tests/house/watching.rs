//! Folders that an engine watches.

use std::path::Path;

use engine::export::ExportForm;
use engine::watches::{LedgerPage, LedgerQuery, WatchRow, WatchRules};

use super::House;

impl House {
    /// Watches a folder of this house.
    pub(crate) async fn watch(&self, root: &Path, rules: WatchRules) -> i64 {
        std::fs::create_dir_all(root).expect("creates");
        let draft = self.engine.watches.draft(root.to_owned()).expect("a draft");
        assert_eq!(draft.refusal, None);
        let added = self.engine.watches.add(self.account, &draft.id, rules);
        added.await.expect("watches")
    }

    /// The ledger by path, once it is as asked.
    pub(crate) async fn until_ledger(
        &self,
        id: i64,
        asked: impl Fn(&LedgerPage) -> bool,
    ) -> LedgerPage {
        let query = LedgerQuery {
            by_path: true,
            ..LedgerQuery::default()
        };
        let page = || {
            self.engine
                .watches
                .ledger(id, &query, 0, 200)
                .expect("a page")
        };
        let found = |page: LedgerPage| asked(&page).then_some(page);
        self.once(page, found, async || ()).await
    }

    /// Every path of the ledger, as often as it stands there.
    pub(crate) fn ledger_ways(&self, id: i64) -> Vec<String> {
        let mut json = Vec::new();
        let watches = &self.engine.watches;
        watches
            .export(id, ExportForm::Json, &mut json)
            .expect("is written");
        let rows: Vec<serde_json::Value> = serde_json::from_slice(&json).expect("a list");
        let path = |row: &serde_json::Value| row["path"].as_str().expect("a path").to_owned();
        rows.iter().map(path).collect()
    }

    /// Waits until the service has stored so many contents, by its own log. The engine may be in another process.
    pub(crate) async fn until_stored(&self, what: &str, contents: usize) {
        self.until_true(what, async || self.service.stored().len() == contents)
            .await;
    }

    /// The folder's card, once it is as asked.
    pub(crate) async fn until_card(&self, id: i64, asked: impl Fn(&WatchRow) -> bool) -> WatchRow {
        let card = || {
            let list = self.engine.watches.list().expect("a list");
            list.into_iter().find(|row| row.id == id).expect("a card")
        };
        let found = |card: WatchRow| asked(&card).then_some(card);
        self.once(card, found, async || ()).await
    }

    /// The ledger, once this many files are pinned and none is on its way.
    pub(crate) async fn until_pinned(&self, id: i64, n: u64) -> LedgerPage {
        self.until_ledger(id, |page| {
            page.counts.pinned == n && page.counts.settling + page.counts.waiting == 0
        })
        .await
    }
}

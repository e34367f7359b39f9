//! What the page may ask, one file per noun. Each takes arguments, calls one engine function, and returns its error.

pub mod accounts;
pub mod app;
pub mod background;
pub mod changes;
pub mod groups;
pub mod jobs;
pub mod json;
pub mod keys;
pub mod pins;
pub mod settings;
pub mod swaps;
pub mod uploads;
pub mod usage;
pub mod watches;

use std::sync::Arc;

use engine::Engine;
use engine::error::CommandError;
use tauri_specta::{Builder, ErrorHandlingMode, collect_commands, collect_events};

use crate::events::{Asked, Changed, Dragging, Progress};

/// What every command answers.
pub(crate) type Answer<T> = Result<T, CommandError>;
/// The engine, as commands get it.
pub(crate) type Held<'a> = tauri::State<'a, Arc<Engine>>;

/// All commands and events, typed. The names are those in `names.rs`.
pub fn builder() -> Builder<tauri::Wry> {
    Builder::<tauri::Wry>::new()
        .error_handling(ErrorHandlingMode::Throw)
        .commands(collect_commands![
            app::app_start,
            accounts::accounts_list,
            accounts::accounts_services,
            accounts::accounts_test,
            accounts::accounts_connect,
            accounts::accounts_replace_key,
            accounts::accounts_try_sandbox,
            accounts::accounts_select,
            accounts::accounts_retry,
            accounts::accounts_health,
            accounts::accounts_check,
            accounts::accounts_rename,
            accounts::accounts_sample_link,
            accounts::accounts_set_links,
            accounts::accounts_leaving,
            accounts::accounts_link_choices,
            accounts::accounts_remove,
            accounts::accounts_show_sandbox,
            pins::pins_open,
            pins::pins_first,
            pins::pins_rows,
            pins::pins_next,
            pins::pins_details,
            pins::pins_summary,
            pins::pins_edit,
            pins::pins_expire,
            pins::pins_copy,
            pins::pins_export,
            pins::pins_open_in_browser,
            pins::pins_refresh,
            pins::pins_copy_temporary,
            pins::pins_record,
            pins::pins_copy_record,
            pins::pins_saved,
            pins::pins_save,
            pins::pins_forget,
            pins::pins_unpinned,
            groups::groups_list,
            groups::groups_refresh,
            groups::groups_create,
            groups::groups_edit,
            groups::groups_delete,
            changes::changes_list,
            changes::changes_start,
            changes::changes_preview,
            changes::changes_cancel,
            changes::changes_retry,
            changes::changes_refusals,
            changes::changes_close,
            uploads::uploads_pick_files,
            uploads::uploads_pick_folder,
            uploads::uploads_stop_counting,
            uploads::uploads_leave_out,
            uploads::uploads_handed,
            uploads::uploads_enqueue,
            uploads::uploads_single,
            uploads::uploads_places,
            uploads::uploads_discard,
            uploads::uploads_amend,
            uploads::uploads_head,
            uploads::uploads_rows,
            uploads::uploads_ids,
            uploads::uploads_chosen,
            uploads::uploads_problems,
            uploads::uploads_compare,
            uploads::uploads_copy,
            uploads::uploads_pause,
            uploads::uploads_resume,
            uploads::uploads_cancel,
            uploads::uploads_retry,
            uploads::uploads_suspects,
            uploads::uploads_allow,
            uploads::uploads_clear,
            uploads::uploads_put_first,
            uploads::uploads_put_last,
            uploads::uploads_rest,
            uploads::uploads_limits,
            uploads::uploads_set_limits,
            uploads::uploads_history,
            uploads::uploads_receipt,
            uploads::uploads_pause_all,
            uploads::uploads_resume_all,
            uploads::uploads_cancel_all,
            uploads::uploads_retry_all,
            uploads::uploads_clear_finished,
            swaps::swaps_of,
            swaps::swaps_set,
            swaps::swaps_clear,
            swaps::swaps_replace,
            keys::keys_list,
            keys::keys_scopes,
            keys::keys_preview,
            keys::keys_create,
            keys::keys_reveal,
            keys::keys_copy,
            keys::keys_copy_id,
            keys::keys_test,
            keys::keys_close,
            keys::keys_revoke,
            json::json_start,
            json::json_pick,
            json::json_write,
            json::json_read,
            json::json_tidy,
            json::json_look,
            json::json_pin,
            json::json_close,
            usage::usage_totals,
            usage::usage_report,
            usage::usage_export,
            settings::settings_set,
            jobs::jobs_look_at,
            jobs::jobs_check_node,
            jobs::jobs_pick_list,
            jobs::jobs_discard_list,
            jobs::jobs_import,
            jobs::jobs_copy_pins,
            jobs::jobs_head,
            jobs::jobs_rows,
            jobs::jobs_refresh,
            jobs::jobs_cancel,
            jobs::jobs_retry,
            jobs::jobs_retry_failed,
            jobs::jobs_upload_copy,
            jobs::jobs_clear,
            jobs::jobs_clear_ended,
            jobs::jobs_copy,
            background::background_now,
            background::background_start_at_login,
            background::background_quit,
            background::background_keep_open,
            jobs::jobs_ways,
            jobs::jobs_upload_through,
            jobs::jobs_compute,
            jobs::jobs_computed_bytes,
            jobs::jobs_import_drop,
            jobs::jobs_forget_drop,
            watches::watches_pick_folder,
            watches::watches_draft_from_drop,
            watches::watches_discard,
            watches::watches_default_rules,
            watches::watches_preview,
            watches::watches_add,
            watches::watches_head,
            watches::watches_list,
            watches::watches_rules,
            watches::watches_edit,
            watches::watches_pause,
            watches::watches_resume,
            watches::watches_pause_all,
            watches::watches_rescan,
            watches::watches_remove,
            watches::watches_locate,
            watches::watches_accept,
            watches::watches_show,
            watches::watches_ledger,
            watches::watches_recent,
            watches::watches_allow,
            watches::watches_retry,
            watches::watches_keep,
            watches::watches_brake,
            watches::watches_journal,
            watches::watches_audit,
            watches::watches_audit_report,
            watches::watches_repair,
            watches::watches_take_back,
            watches::watches_export,
        ])
        .events(collect_events![Changed, Progress, Dragging, Asked])
}

/// The number behind an account's text.
pub(crate) fn account_id(id: &str) -> Answer<i64> {
    id.parse().map_err(|_| CommandError::gone("This account"))
}

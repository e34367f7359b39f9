//! Reading and using the page by role and name, as somebody with a screen reader does.

use std::time::Duration;

use fantoccini::elements::{Element, ElementRef};
use fantoccini::error::{CmdError, ErrorStatus};
use serde_json::{Value, json};

use super::driver::Driver;
use super::wait::{until, within_deadline};

const HELPERS: &str = include_str!("page.js");
/// How long the page may take to show what was asked for.
pub(crate) const SOON: Duration = Duration::from_secs(20);

impl Driver {
    /// Runs a script's body with the page's readers (`byRole`, `name`, `text`, `shown`) at hand.
    pub(crate) async fn read(&self, body: &str, arguments: Vec<Value>) -> Value {
        self.script(&format!("{HELPERS}\n{body}"), arguments).await
    }

    /// Whether something of this role and name is shown. A name that starts with `~` is a part of the whole name.
    pub(crate) async fn shows(&self, role: &str, name: &str) -> bool {
        let found = self.read(
            "return byRole(arguments[0], arguments[1]).length > 0",
            vec![json!(role), json!(name)],
        );
        found.await == json!(true)
    }

    /// Waits until something of this role and name is shown.
    pub(crate) async fn wait_for(&self, role: &str, name: &str) {
        self.wait_until(&format!("{role} \"{name}\""), || self.shows(role, name))
            .await;
    }

    /// Waits until nothing of this role and name is shown.
    pub(crate) async fn wait_gone(&self, role: &str, name: &str) {
        self.wait_until(&format!("{role} \"{name}\" to be gone"), || async {
            !self.shows(role, name).await
        })
        .await;
    }

    /// Waits for a condition; when it does not come, says what the page shows instead.
    pub(crate) async fn wait_until<F: Future<Output = bool>>(
        &self,
        what: &str,
        condition: impl FnMut() -> F,
    ) {
        self.wait_within(SOON, what, condition).await;
    }

    pub(crate) async fn wait_within<F: Future<Output = bool>>(
        &self,
        within: Duration,
        what: &str,
        mut condition: impl FnMut() -> F,
    ) {
        let ask = || {
            let answer = condition();
            async { answer.await.then_some(()) }
        };
        let came = within_deadline(within, ask).await.is_some();
        let text = if came {
            String::new()
        } else {
            self.text().await
        };
        assert!(
            came,
            "waited {} s in vain for {what}. The page says:\n{text}",
            within.as_secs()
        );
    }

    /// All the text of the page.
    pub(crate) async fn text(&self) -> String {
        let text = self
            .try_script("return document.body.innerText", Vec::new())
            .await;
        text.map_or_else(
            |error| error,
            |text| text.as_str().unwrap_or_default().to_owned(),
        )
    }

    /// Waits until the page's text holds this.
    pub(crate) async fn wait_for_text(&self, wanted: &str) {
        self.wait_until(&format!("the text \"{wanted}\""), || async {
            self.text().await.contains(wanted)
        })
        .await;
    }

    /// Clicks the first thing of this role and name, once it is shown.
    pub(crate) async fn click(&self, role: &str, name: &str) {
        let can_be_clicked = "return byRole(arguments[0], arguments[1]).some((one) => !one.matches(':disabled, [aria-disabled=true]'))";
        let enabled = || async {
            self.read(can_be_clicked, vec![json!(role), json!(name)])
                .await
                == json!(true)
        };
        let what = format!("{role} \"{name}\" to be clicked");
        self.wait_until(&what, enabled).await;
        let clicked = || async {
            match self.element(role, name).await.click().await {
                Err(error) if passes(&error) => None,
                answer => Some(answer),
            }
        };
        let answer = until(SOON, &what, clicked).await;
        answer.unwrap_or_else(|error| panic!("clicking {role} \"{name}\": {error:?}"));
    }

    /// Clicks the button that ends the program, which may be gone before it answers.
    pub(crate) async fn click_last(&self, name: &str) {
        let button = self.element("button", name).await;
        let _ = button.click().await;
    }

    /// Replaces what a field says by typing.
    pub(crate) async fn type_into(&self, name: &str, words: &str) {
        let field = self.element("textbox", name).await;
        field
            .clear()
            .await
            .unwrap_or_else(|error| panic!("emptying \"{name}\": {error:?}"));
        field
            .send_keys(words)
            .await
            .unwrap_or_else(|error| panic!("typing into \"{name}\": {error}"));
    }

    /// Types keys to whatever has the focus.
    pub(crate) async fn press(&self, keys: &str) {
        let focus = self
            .client()
            .active_element()
            .await
            .expect("something has the focus");
        focus.send_keys(keys).await.expect("the keys are typed");
    }

    /// Types keys to the list of pins.
    pub(crate) async fn press_on_grid(&self, keys: &str) {
        let grid = self
            .read("return document.querySelector('[role=grid]')", Vec::new())
            .await;
        self.found(&grid, "the list")
            .send_keys(keys)
            .await
            .expect("the keys are typed");
    }

    /// The first thing of this role and name, once it is shown.
    pub(crate) async fn element(&self, role: &str, name: &str) -> Element {
        self.wait_for(role, name).await;
        let found = self
            .read(
                "return byRole(arguments[0], arguments[1])[0]",
                vec![json!(role), json!(name)],
            )
            .await;
        self.found(&found, &format!("{role} \"{name}\""))
    }

    /// Clicks what a script finds in the page, once it finds something.
    pub(crate) async fn click_found(&self, script: &str, argument: &str) {
        let found = || async { self.read(script, vec![json!(argument)]).await.is_object() };
        self.wait_until(&format!("something for \"{argument}\""), found)
            .await;
        let found = self.read(script, vec![json!(argument)]).await;
        self.found(&found, argument)
            .click()
            .await
            .unwrap_or_else(|error| panic!("clicking {argument}: {error:?}"));
    }

    /// Unfolds a `details` element by the words of its summary.
    pub(crate) async fn open_details(&self, summary: &str) {
        let unfold = "const one = [...document.querySelectorAll('summary')].find((one) => text(one) === arguments[0]); if (one && !one.parentElement.open) one.click(); return Boolean(one)";
        self.wait_until(summary, || async {
            self.read(unfold, vec![json!(summary)]).await == json!(true)
        })
        .await;
    }

    /// Shows the page in the light or the dark theme.
    pub(crate) async fn set_theme(&self, theme: &str) {
        let painted = "document.documentElement.dataset.theme = arguments[0]; await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))); await Promise.all(document.getAnimations().map((one) => one.finished.catch(() => null)).slice(0, 50).map((one) => Promise.race([one, new Promise((done) => setTimeout(done, 400))])))";
        self.promise(painted, vec![json!(theme)])
            .await
            .expect("the theme");
    }

    fn found(&self, answer: &Value, what: &str) -> Element {
        let id = answer
            .as_object()
            .and_then(|object| object.values().next()?.as_str());
        let id = id.unwrap_or_else(|| panic!("{what} went away: {answer}"));
        Element::from_element_id(self.client().clone(), ElementRef::from(id.to_owned()))
    }
}

/// What is still moving to its place, or was drawn anew since it was found, is clicked a moment later.
fn passes(error: &CmdError) -> bool {
    let CmdError::Standard(error) = error else {
        return false;
    };
    matches!(
        error.error,
        ErrorStatus::ElementClickIntercepted
            | ErrorStatus::ElementNotInteractable
            | ErrorStatus::StaleElementReference
    )
}

// Before the first paint: the theme of the computer, or the one seen last, and whether the window's frame is what comes.
// The page corrects both once it knows better.
(function () {
  const root = document.documentElement;
  let theme = null;
  try {
    theme = localStorage.getItem("theme");
    if (localStorage.getItem("opens") === "window") root.dataset.opens = "window";
  } catch {
    // No storage, no memory: the computer's theme will do.
  }
  const dark = theme === "dark" || (theme !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  root.dataset.theme = dark ? "dark" : "light";
})();

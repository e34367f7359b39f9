// Before the first paint: the theme of the computer, or the one seen last. The settings correct it once they are read.
(function () {
  let seen = null;
  try {
    seen = localStorage.getItem("theme");
  } catch {
    // No storage, no memory: the computer's theme will do.
  }
  const dark = seen === "dark" || (seen !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.dataset.theme = dark ? "dark" : "light";
})();

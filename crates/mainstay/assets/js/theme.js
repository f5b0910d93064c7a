// Runs before the first paint, so that a chosen theme never flashes. Not a module: modules run too late.
try {
  document.documentElement.dataset.theme = localStorage.getItem("theme") ?? "auto";
} catch {
  // Storage is blocked: the system's own scheme stays.
}

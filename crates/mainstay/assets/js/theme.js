// Before the first paint, so that a chosen theme never flashes; a module would run too late.
document.documentElement.dataset.theme = localStorage.getItem("theme") ?? "auto";

// Opens the browser's own printing where a page was asked for on paper. Without it the same page is printed by hand.
"use strict";
window.addEventListener("load", () => window.print());

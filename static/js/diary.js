// A mouse drags an appointment of the diary onto a free time; the page that moves it opens with that time chosen.
// Nothing is changed here, and nothing depends on it: the same page is a link away from each appointment.
"use strict";
{
  const diary = document.querySelector("table.diary");
  let moves = ""; // the address of the page that moves what is dragged
  let marked = null;

  /** The free time under the pointer: the entry's own, else the first one of its cell. */
  const freeAt = (target) => {
    const entry = target.closest(".entry");
    const cell = target.closest("td");
    return (entry && entry.querySelector("[data-slot]")) || (cell && cell.querySelector("[data-slot]"));
  };
  const mark = (free) => {
    if (marked) marked.classList.remove("drop");
    marked = free && free.closest("td");
    if (marked) marked.classList.add("drop");
  };
  const end = () => {
    moves = "";
    mark(null);
  };

  if (diary) {
    diary.addEventListener("dragstart", (event) => {
      const link = event.target instanceof Element && event.target.closest("[data-move]");
      if (!link) return;
      moves = link.dataset.move;
      event.dataTransfer.effectAllowed = "move";
    });
    diary.addEventListener("dragover", (event) => {
      const free = moves && freeAt(event.target);
      mark(free);
      if (free) event.preventDefault(); // which says that it may be dropped here
    });
    diary.addEventListener("drop", (event) => {
      const free = moves && freeAt(event.target);
      if (!free) return;
      event.preventDefault();
      window.location.assign(`${moves}&slot=${encodeURIComponent(free.dataset.slot)}`);
      end();
    });
    diary.addEventListener("dragleave", (event) => {
      if (!diary.contains(event.relatedTarget)) mark(null);
    });
    diary.addEventListener("dragend", end);
  }
}

// Enter goes to the same field of the next row instead of sending half a sheet; Ctrl+Enter sends it.
"use strict";
document.querySelectorAll("form.sheet").forEach((form) => {
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.ctrlKey || event.target.tagName !== "INPUT") return;
    event.preventDefault();
    const key = event.target.name.split("/").pop();
    const column = [...form.querySelectorAll("input")].filter((one) => one.name.split("/").pop() === key);
    const next = column[column.indexOf(event.target) + 1];
    if (next) next.select(); else form.querySelector("button").focus();
  });
});

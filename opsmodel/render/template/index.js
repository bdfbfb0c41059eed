(function () {
  "use strict";
  var table = document.getElementById("stores");
  var body = table.tBodies[0];
  var rows = [].slice.call(body.rows);
  var heads = [].slice.call(table.tHead.rows[0].cells);
  var search = document.getElementById("search");
  var found = document.getElementById("found");

  function show() {
    var words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    var shown = 0;
    rows.forEach(function (row) {
      var text = row.textContent.toLowerCase();
      row.hidden = !words.every(function (word) { return text.indexOf(word) >= 0; });
      shown += row.hidden ? 0 : 1;
    });
    found.textContent = shown + " / " + rows.length + " " + found.getAttribute("data-label");
  }
  function compare(column, direction) {
    return function (one, other) {
      var a = one.cells[column].getAttribute("data-sort"), b = other.cells[column].getAttribute("data-sort");
      if (a === "" || b === "") return (a === "") - (b === "");
      var order = isNaN(a) || isNaN(b) ? a.localeCompare(b, document.documentElement.lang) : a - b;
      return direction * order;
    };
  }
  heads.forEach(function (head, column) {
    var button = head.querySelector("button");
    if (!button) return;
    button.addEventListener("click", function () {
      var was = head.getAttribute("aria-sort");
      var largestFirst = head.classList.contains("number") || column === heads.length - 2;
      var ascending = was ? was === "descending" : !largestFirst;
      heads.forEach(function (other) { other.removeAttribute("aria-sort"); });
      head.setAttribute("aria-sort", ascending ? "ascending" : "descending");
      rows.sort(compare(column, ascending ? 1 : -1)).forEach(function (row) { body.appendChild(row); });
    });
  });
  search.addEventListener("input", show);
  show();
})();

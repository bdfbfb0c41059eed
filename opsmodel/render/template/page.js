(function () {
  "use strict";
  var chinese = document.documentElement.lang.indexOf("zh") === 0;
  var boxes = [].slice.call(document.querySelectorAll("script[data-for]"));

  function months(ending) {
    return Array.apply(null, Array(12)).map(function (_, i) { return i + 1 + ending; });
  }
  function draw(source) {
    var box = document.getElementById(source.getAttribute("data-for"));
    var figure = JSON.parse(source.textContent);
    box.style.minHeight = "";
    if (figure.layout.height) box.style.height = figure.layout.height + "px";
    window.Plotly.newPlot(box, figure.data, figure.layout, {
      displayModeBar: false, responsive: true, showTips: false, locale: chinese ? "zh-CN" : "en"
    });
  }
  function fit(width) {
    boxes.forEach(function (source) {
      var box = document.getElementById(source.getAttribute("data-for"));
      window.Plotly.relayout(box, width ? { width: width, autosize: false } : { width: null, autosize: true });
    });
  }
  if (window.Plotly) {
    if (chinese) {
      window.Plotly.register({
        moduleType: "locale", name: "zh-CN", dictionary: {},
        format: {
          days: ["周日", "周一", "周二", "周三", "周四", "周五", "周六"],
          shortDays: ["日", "一", "二", "三", "四", "五", "六"],
          months: months("月"), shortMonths: months("月"),
          year: "%Y年", month: "%Y年%-m月", dayMonth: "%-m月%-d日", dayMonthYear: "%Y年%-m月%-d日",
          date: "%Y-%m-%d", decimal: ".", thousands: ","
        }
      });
    }
    boxes.forEach(draw);
    window.addEventListener("beforeprint", function () { fit(680); });
    window.addEventListener("afterprint", function () { fit(0); });
  }

  var button = document.getElementById("show-code");
  if (button) {
    button.addEventListener("click", function () {
      var shown = document.body.classList.toggle("with-code");
      button.setAttribute("aria-pressed", String(shown));
    });
    if (!document.querySelector(".code")) button.hidden = true;
  }
  var contents = document.querySelector(".toc details");
  if (contents && window.innerWidth < 1000) contents.open = false;
})();

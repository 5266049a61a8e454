// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace lineament::app {

// The style sheet of an HTML report.
inline constexpr const char* kHtmlStyle = R"(
:root {
  color-scheme: light dark;
  --page: #ffffff; --text: #1c2126; --muted: #5b6570; --line: #d9dee3; --accent: #1f5fa8;
  --warning: #8a4b00; --plate: #ffffff;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #16191d; --text: #e4e8ec; --muted: #9aa5b1; --line: #353c44; --accent: #7db4f0;
    --warning: #f0b060; --plate: #ffffff;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--page); color: var(--text);
  font: 16px/1.5 system-ui, 'Noto Sans', 'DejaVu Sans', sans-serif;
}
main { max-width: 46rem; margin: 0 auto; padding: 3rem 1.25rem 5rem; }
header { border-bottom: 2px solid var(--accent); margin-bottom: 1.25rem; }
h1 { font-size: 2rem; line-height: 1.2; margin: 0 0 .25rem; font-weight: 650; }
h2 { font-size: 1.35rem; margin: 2.75rem 0 .75rem; font-weight: 650; }
h3 { font-size: 1.05rem; margin: 1.75rem 0 .5rem; font-weight: 650; }
p { margin: .5rem 0; }
.muted { color: var(--muted); }
.warning { color: var(--warning); border-left: 3px solid currentColor; padding-left: .75rem; }
.bullet { padding-left: 1.5rem; text-indent: -1.1rem; }
.bullet .marker { display: inline-block; width: 1.1rem; text-indent: 0; color: var(--muted); }
nav ol { list-style: none; padding: 0; margin: 0; columns: 2 16rem; }
nav a { color: var(--accent); text-decoration: none; }
nav a:hover { text-decoration: underline; }
.table { overflow-x: auto; margin: 1rem 0 1.5rem; }
table { border-collapse: collapse; width: 100%; font-size: .875rem; line-height: 1.4; }
caption { text-align: left; font-weight: 650; padding-bottom: .35rem; }
th, td { text-align: left; vertical-align: top; padding: .3rem .9rem .3rem 0; }
th:last-child, td:last-child { padding-right: 0; }
thead th { color: var(--muted); font-weight: 500; border-bottom: 1px solid var(--text); }
tbody tr { border-bottom: 1px solid var(--line); }
tbody th { font-weight: 400; color: var(--muted); width: 14rem; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.fixed, code {
  font-family: ui-monospace, 'DejaVu Sans Mono', monospace; font-size: .85em;
  overflow-wrap: anywhere;
}
figure { margin: 1.75rem 0; break-inside: avoid; }
figure svg { display: block; background: var(--plate); border-radius: 4px; }
figcaption { font-size: .875rem; color: var(--muted); margin-top: .5rem; }
figcaption strong { color: var(--text); }
hr.page { border: 0; margin: 0; }
@page { margin: 20mm 18mm; }
@media print {
  :root {
    --page: #ffffff; --text: #000000; --muted: #444444; --line: #cccccc; --accent: #1f5fa8;
    --warning: #8a4b00;
  }
  body { font-size: 10pt; }
  main { max-width: none; padding: 0; }
  h2, h3 { break-after: avoid; }
  tr { break-inside: avoid; }
  hr.page { break-after: page; }
}
)";

}  // namespace lineament::app

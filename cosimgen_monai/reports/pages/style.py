"""The look of a page: light, dark, on a phone and in print; no font or script from elsewhere."""

STYLE = """
:root{--ink:#1b2330;--soft:#5b6675;--page:#f6f7f9;--card:#fff;--line:#dfe3e8;--bar:#2f6fb7;--warn:#8a4b00;--warnbg:#fff4e0;
--good:#1d7a3d;--bad:#b3261e;--shade:#1b233055}
@media (prefers-color-scheme:dark){:root{--ink:#e8ebf0;--soft:#a2adbb;--page:#12161c;--card:#1b212a;--line:#303945;
--bar:#6aa5e6;--warn:#ffcf8a;--warnbg:#33270f;--good:#6fcf8f;--bad:#ff8a80;--shade:#000c}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink);
font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
main{max-width:76rem;margin:0 auto;padding:2rem 1rem 4rem}
h1{font-size:1.9rem;line-height:1.2;margin:0 0 .25rem}
h2{font-size:1.15rem;margin:0 0 .75rem}
p{margin:.25rem 0 .75rem;max-width:56rem}
.soft{color:var(--soft);font-size:.92rem}
section{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:1.25rem;margin-top:1.25rem}
.notes{background:var(--warnbg);border-color:transparent}
.notes ul{margin:0;padding-left:1.2rem}.notes li{margin:.3rem 0;overflow-wrap:anywhere}.notes strong{color:var(--warn)}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(9rem,1fr));gap:1rem}
.tiles b{display:block;font-size:1.7rem;line-height:1.2;font-variant-numeric:tabular-nums}
.tiles span{color:var(--soft);font-size:.9rem}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th{font-weight:600;color:var(--soft);font-size:.85rem}
th,td{padding:.35rem .5rem;text-align:right;border-bottom:1px solid var(--line);vertical-align:middle}
th:first-child,td:first-child{text-align:left;padding-left:0}
tr:last-child td{border-bottom:0}
.wide{overflow-x:auto;background:linear-gradient(90deg,var(--card) 50%,transparent) 0 0/1.5rem 100% no-repeat local,
linear-gradient(-90deg,var(--card) 50%,transparent) 100% 0/1.5rem 100% no-repeat local,
linear-gradient(90deg,var(--shade),transparent) 0 0/.75rem 100% no-repeat,
linear-gradient(-90deg,var(--shade),transparent) 100% 0/.75rem 100% no-repeat}
@media (min-width:74rem){.numbers td:not(:first-child){white-space:nowrap}}
@media print{.numbers:not(:has(th:nth-child(8))) td:not(:first-child){white-space:nowrap}}
@media (max-width:32rem){.numbers{font-size:.88rem}.numbers th,.numbers td{padding-left:.3rem;padding-right:.3rem}}
.swatch{display:inline-block;width:.95em;height:.95em;border-radius:3px;margin-right:.5em;vertical-align:-.1em;
border:1px solid rgba(128,128,128,.5)}
.bar{width:26%;min-width:5rem}.bar i{display:block;height:.7rem;border-radius:3px;background:var(--bar);min-width:1px}
.none{color:var(--warn);font-weight:600}
.quantiles{vertical-align:middle;fill:none}
.heat{display:block;max-width:none;height:auto}.heat text{fill:var(--ink);font-size:12px}
.samples{display:grid;grid-template-columns:repeat(auto-fill,minmax(17rem,1fr));gap:1.1rem}
figure{margin:0;break-inside:avoid}
.two{display:grid;grid-template-columns:1fr 1fr;gap:3px;border-radius:6px;overflow:hidden}
.two img{display:block;width:100%;image-rendering:pixelated}
figcaption{font-size:.82rem;color:var(--soft);margin-top:.3rem;line-height:1.35}
.palette{display:flex;flex-wrap:wrap;gap:.4rem 1.1rem;font-size:.92rem;padding:0;margin:0 0 .8rem;list-style:none}
.verdict{list-style:none;padding:0;margin:0;font-size:1.05rem}.verdict li{margin:.45rem 0;padding-left:1.6rem}
.verdict strong{display:inline-block;width:1.6rem;margin-left:-1.6rem}
.verdict .good strong{color:var(--good)}.verdict .bad,.verdict .bad strong{color:var(--bad)}
.verdict .open{color:var(--soft)}section.bad{border-color:var(--bad);border-width:2px}
.real{color:var(--warn);font-weight:600}
details{font-size:.85rem;color:var(--soft)}summary{cursor:pointer}details p{max-width:40rem;text-align:left}
.beside{display:grid;grid-template-columns:repeat(auto-fit,minmax(18rem,1fr));gap:1rem}
@media (min-width:52rem){.beside .heat{max-width:100%}}
h3{font-size:1rem;margin:.75rem 0 .25rem}li{overflow-wrap:anywhere}
code{font-size:.9em;overflow-wrap:anywhere}
@media print{:root{
--ink:#000;--soft:#444;--page:#fff;--card:#fff;--line:#ccc;--bar:#2f6fb7;--warn:#7a4200;--warnbg:#fff4e0;--good:#1d7a3d;--bad:#b3261e}
body{font-size:10pt}main{max-width:none;padding:0}section{border:0;padding:.5rem 0;border-radius:0}
h2,h3,thead,p:has(+.wide){break-after:avoid}tr,li,p,section:has(.heat){break-inside:avoid}
th,td{padding:.2rem .4rem;font-size:9pt}
details::details-content{content-visibility:visible;block-size:auto}summary{display:none}
.bar i,.swatch,.heat rect{print-color-adjust:exact;-webkit-print-color-adjust:exact}
.wide{overflow:visible;background:none}.heat{max-width:100%}.samples{grid-template-columns:repeat(3,1fr)}}
"""

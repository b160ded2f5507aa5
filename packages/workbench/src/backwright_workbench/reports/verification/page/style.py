"""How the page looks: light and dark, wide and narrow, on a screen and on paper.

What lives here: its style sheet. What must not: anything that is fetched.
"""

from typing import Final

LIGHT = """\
--paper:#faf9f6;--card:#fff;--ink:#1b1f23;--soft:#5a626b;--line:#e2e0da;--sunk:#f2f0ea;--link:#1f4fbf;
--pass:#0f6e56;--pass-soft:#e3f2ec;--fail:#b3300c;--fail-soft:#fbe9e2;--open:#7c5a00;--open-soft:#f8efd6;
--a:#2a5fd0;--b:#0f8a6a;--c:#c8450f;--d:#8a63c9;"""

DARK = """\
--paper:#121518;--card:#191d21;--ink:#e7e9ec;--soft:#9aa3ad;--line:#2c3239;--sunk:#20252a;--link:#8db4ff;
--pass:#4fc8a3;--pass-soft:#16302a;--fail:#ff8f6b;--fail-soft:#3a1f17;--open:#e2b84b;--open-soft:#332a12;
--a:#7ea6ff;--b:#4fc8a3;--c:#ff8f6b;--d:#bfa0f5;"""

STYLE: Final = (
    ":root{color-scheme:light dark;" + LIGHT + "}\n"
    "@media (prefers-color-scheme:dark){:root{" + DARK + "}}\n"
    """\
*{box-sizing:border-box}
html{scroll-behavior:smooth;scroll-padding-top:3.5rem;-webkit-text-size-adjust:100%}
@media (prefers-reduced-motion:reduce){html{scroll-behavior:auto}}
body{margin:0;background:var(--paper);color:var(--ink);overflow-wrap:anywhere;
 font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","Helvetica Neue",sans-serif}
main,footer{max-width:1080px;margin:0 auto;padding:0 24px}
a{color:var(--link);text-decoration-thickness:1px;text-underline-offset:2px}
a:focus-visible,summary:focus-visible,.scroll:focus-visible{outline:2px solid var(--link);outline-offset:2px;
 border-radius:4px}
code,pre{font:.86em/1.5 ui-monospace,"SF Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace}
p{margin:.4em 0}
.muted,.lead,.source,dt{color:var(--soft)}
.lead{max-width:46em}
nav{position:sticky;top:0;z-index:2;display:flex;gap:4px;overflow-x:auto;padding:8px max(20px,calc(50% - 524px));
 background:var(--paper);border-bottom:1px solid var(--line);scrollbar-width:none}
nav a{flex:none;padding:4px 10px;border-radius:99px;color:var(--soft);text-decoration:none;font-size:.88rem}
nav a:hover{background:var(--sunk);color:var(--ink)}
.top{padding:36px 0 12px}
.kicker{margin:0;color:var(--soft);font-size:.8rem;letter-spacing:.09em;text-transform:uppercase}
h1{margin:.1em 0 .6em;font-size:clamp(1.7rem,4vw,2.4rem);line-height:1.15;font-weight:650;letter-spacing:-.015em}
h2{margin:0 0 .5em;font-size:1.45rem;line-height:1.25;font-weight:650;letter-spacing:-.01em}
h3{margin:1.5em 0 .4em;font-size:1.05rem;font-weight:650}
section{margin:0;padding:38px 0 6px}
section+section{border-top:1px solid var(--line);margin-top:30px}
.verdict{display:flex;align-items:center;gap:20px;padding:22px 26px;border-radius:14px;border:1px solid;
 border-left-width:8px}
.verdict.passed{background:var(--pass-soft);border-color:var(--pass)}
.verdict.failed{background:var(--fail-soft);border-color:var(--fail)}
.verdict.open{background:var(--open-soft);border-color:var(--open)}
.verdict p{margin:0}
.verdict .word{font-size:clamp(2.1rem,6vw,3.2rem);line-height:1.08;font-weight:700;letter-spacing:-.025em}
.verdict.passed .word,.verdict.passed .icon{color:var(--pass)}
.verdict.failed .word,.verdict.failed .icon{color:var(--fail)}
.verdict.open .word,.verdict.open .icon{color:var(--open)}
.signs{position:absolute;width:0;height:0}
.icon{flex:none;width:16px;height:16px}.icon.mid{width:20px;height:20px}.icon.large{width:56px;height:56px}
symbol{fill:none;stroke:currentColor;stroke-width:1.4;stroke-linecap:round;stroke-linejoin:round}
#sign-unknown path{stroke-width:2.8}
.state{display:inline-flex;align-items:center;gap:6px;font-weight:600;white-space:nowrap}
.state.passed,.cell.passed{color:var(--pass)}.state.failed{color:var(--fail)}
.state.open{color:var(--open)}.state.unknown{color:var(--soft);font-weight:400}
.folded p.state{display:flex;align-items:start;white-space:normal}
.cell{display:inline-flex;align-items:center;gap:5px;font-variant-numeric:tabular-nums}.cell.open{color:var(--soft)}
.share{display:flex;gap:3px;margin:16px 0 8px;font-size:.85rem;font-weight:600}
.share .part{display:flex;align-items:center;gap:6px;min-width:max-content;padding:5px 10px;flex-basis:0;
 overflow:hidden}
.share .part:first-child{border-radius:8px 0 0 8px}.share .part:last-child{border-radius:0 8px 8px 0}
.share .part:only-child{border-radius:8px}
.part.passed{background:var(--pass-soft);color:var(--pass)}.part.failed{background:var(--fail-soft);color:var(--fail)}
.part.open{background:var(--open-soft);color:var(--open)}
.meta{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,300px),1fr));gap:10px 28px;margin:20px 0 0;
 padding:18px 0 0;border-top:1px solid var(--line);font-size:.9rem}
.meta div{min-width:0}dt{font-size:.78rem}dd{margin:0}
.tiles{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,220px),1fr));gap:12px}
.tile{display:flex;flex-direction:column;gap:2px;padding:14px 16px;background:var(--card);
 border:1px solid var(--line);
 border-radius:12px;color:inherit;text-decoration:none}
a.tile:hover{border-color:var(--link)}
.tile.beyond{border-color:var(--fail);background:var(--fail-soft)}
.tile .label{font-size:.88rem;color:var(--soft)}
.tile .value{font-size:1.7rem;line-height:1.2;font-weight:650;font-variant-numeric:tabular-nums;letter-spacing:-.01em}
.tile .value small{font-size:.9rem;font-weight:500;color:var(--soft)}
.tile .state,.tile .muted{font-size:.82rem;font-weight:500}
.tile .origin{margin-top:auto;padding-top:6px;font-size:.76rem;color:var(--soft)}
.cards{display:grid;gap:14px;grid-template-columns:repeat(auto-fill,minmax(min(100%,440px),1fr))}
.card{background:var(--card);border:1px solid var(--line);border-left:5px solid;border-radius:12px;padding:16px 20px}
.card+.card{margin-top:14px}.cards .card{margin:0}
.card.failed{border-left-color:var(--fail)}.card.open{border-left-color:var(--open)}
.card h3{display:flex;align-items:center;gap:9px;margin:0 0 .2em}
.card.failed h3 .icon{color:var(--fail)}.card.open h3 .icon{color:var(--open)}
.faults{list-style:none;margin:14px 0;padding:0}
.faults li{padding:12px 0;border-top:1px solid var(--line)}
.what code,.faults p code{padding:0 4px;border-radius:4px;background:var(--sunk)}
.faults p{margin:.15em 0}.faults .what{font-weight:600}
.faults .place code{padding:1px 6px;border-radius:5px;background:var(--sunk)}
.next b,.faults b{font-weight:600;color:var(--soft);margin-right:.3em}
.source{font-size:.82rem;margin:10px 0 0}.source code{color:var(--soft)}
.pills{display:flex;flex-wrap:wrap;gap:6px;margin:.5em 0 0}
.pill{padding:1px 9px;border-radius:99px;background:var(--sunk);color:var(--soft);font-size:.78rem;font-weight:500}
.pill.beyond{background:var(--fail-soft);color:var(--fail)}
td>.pill{margin-left:6px}
.matrix td,.matrix th{padding:6px 9px}.matrix td:first-child code{white-space:normal}
.empty{padding:14px 18px;border:1px dashed var(--line);border-radius:12px;color:var(--soft);font-size:.92rem;
 margin:10px 0}
.empty ul{margin:.3em 0 0;padding-left:1.2em}
.scroll{overflow-x:auto;margin:10px 0;border:1px solid var(--line);border-radius:12px;background:var(--card)}
.tall{max-height:38rem;overflow:auto}
.tall thead th{position:sticky;top:0;z-index:1}
table{border-collapse:collapse;width:100%;font-size:.88rem;overflow-wrap:normal}
th,td{padding:8px 14px;text-align:left;vertical-align:top;border-top:1px solid var(--line)}
thead th{border-top:0;background:var(--sunk);color:var(--soft);font-weight:600;font-size:.8rem;white-space:nowrap}
.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
td code{white-space:nowrap}
.speaks{display:flex;flex-wrap:wrap;gap:1px 8px;align-items:center}
details{overflow:hidden;border:1px solid var(--line);border-radius:12px;background:var(--card);margin:8px 0}
summary{cursor:pointer;padding:11px 16px;display:flex;flex-wrap:wrap;align-items:baseline;gap:4px 12px;
 list-style:none}
summary::-webkit-details-marker{display:none}
summary::before{content:"";flex:none;align-self:center;width:7px;height:7px;border:solid var(--soft);
 border-width:0 1.6px 1.6px 0;
 transform:rotate(-45deg);transition:transform .12s}
details[open]>summary::before{transform:rotate(45deg)}
.folded{padding:0 16px 12px}
.folded>.scroll{border:0;border-radius:0;margin:0 -16px -12px;border-top:1px solid var(--line)}
.one-line{flex:1 1 12rem;min-width:0;overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.time{min-width:5.2em;font-weight:600;font-variant-numeric:tabular-nums}
pre{overflow-x:auto;margin:8px 0;padding:12px 14px;border-radius:8px;background:var(--sunk);white-space:pre;
 overflow-wrap:normal}
.meter{display:block;height:5px;min-width:90px;margin-top:4px;border-radius:3px;background:var(--sunk);
 overflow:hidden}
.meter i{display:block;height:100%;background:var(--a);border-radius:3px}
.plots{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,430px),1fr));gap:14px}
.plot{margin:0;padding:14px 14px 10px;background:var(--card);border:1px solid var(--line);border-radius:12px}
figcaption{font-weight:600;font-size:.95rem;margin:0 4px 6px}
svg text{font:12px system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif;fill:var(--soft)}
.chart{display:block;width:100%;height:auto}
.chart text{font-size:12.5px;font-variant-numeric:tabular-nums}
.chart .grid{stroke:var(--line)}.chart .base{stroke:var(--soft);stroke-width:1.2}
.chart .limit{stroke:var(--fail);stroke-width:1.4;stroke-dasharray:2 4}
.chart text.limit{stroke:none;fill:var(--fail);font-weight:600}
.line{fill:none;stroke-width:2;stroke-linejoin:round;stroke-linecap:round}
.line.a{stroke:var(--a)}.line.b{stroke:var(--b);stroke-dasharray:7 4}.line.c{stroke:var(--c);stroke-dasharray:1 5;
 stroke-width:3}
.dot{stroke:var(--card);stroke-width:1.5}.dot.a,.bar.a{fill:var(--a)}.dot.b,.bar.b{fill:var(--b)}.dot.c,.bar.c{fill:var(--c)}
.legend{display:flex;gap:16px;margin:4px;font-size:.82rem;color:var(--soft)}
.key{display:inline-block;width:14px;height:4px;border-radius:2px;margin-right:6px;vertical-align:middle}
.key.a{background:var(--a)}.key.b{background:var(--b)}.key.c{background:var(--c)}
.drawing{padding:18px}
.model{display:block;height:auto;margin:0 auto}
.model .box{fill:var(--card);stroke:var(--line);stroke-width:1.4}
.model .head{fill:var(--sunk);stroke:var(--line);stroke-width:1.4}
.model .name{font-weight:650;font-size:13.5px;fill:var(--ink)}
.model text{fill:var(--ink)}.model .type{fill:var(--soft);font-size:11px}.model .mark{fill:var(--link);font-size:11px}
.link path,.link circle{fill:none;stroke:var(--soft);stroke-width:1.3}
.link circle.none{fill:var(--card)}
.mutants{display:flex;flex-wrap:wrap;gap:4px;margin:8px 0 12px}
.mutant{width:14px;height:14px;border-radius:3px;background:var(--pass)}
.mutant.alive{background:none;border:2px solid var(--fail)}
footer{margin-top:48px;padding-top:18px;padding-bottom:48px;color:var(--soft);font-size:.85rem}
@media (max-width:640px){
 main,footer{padding-left:16px;padding-right:16px}
 .verdict{padding:18px;gap:14px}.verdict .icon{width:44px;height:44px}
 .tiles{grid-template-columns:1fr 1fr}.tile .value{font-size:1.4rem}
 th,td{padding:7px 10px}.card{padding:14px 16px}
 .speaks,td:has(br){min-width:13rem}
 .matrix td:first-child{position:sticky;left:0;background:var(--card);min-width:9rem}
 .meta{grid-template-columns:1fr 1fr}
 .share{flex-wrap:wrap}.share .part{border-radius:8px!important}
}
@media print{
 :root{color-scheme:light;"""
    + LIGHT
    + """--paper:#fff}
 @page{margin:14mm 12mm}
 body{font-size:10pt}
 nav{display:none}
 main,footer{max-width:none;padding:0}
 .top{padding-top:0}
 section{padding:14px 0 0}
 h2,h3,summary,thead,figcaption,.lead{break-after:avoid}
 .card,.tile,.plot,tr,.verdict,.empty{break-inside:avoid}
 .scroll,pre{overflow:visible;
  max-height:none}.tall thead th{position:static}pre{white-space:pre-wrap;overflow-wrap:anywhere}
 table{font-size:8pt;overflow-wrap:anywhere}td code{white-space:normal}
 details::details-content{content-visibility:visible;display:block}
 summary::before{display:none}
 .plots{grid-template-columns:1fr 1fr}
 .model{min-width:0!important;width:100%!important;max-height:240mm}
 *{-webkit-print-color-adjust:exact;print-color-adjust:exact}
}
"""
)

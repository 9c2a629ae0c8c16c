"""What the prompt page adds to the look of the other pages."""

PAGE_STYLE = """
form label{display:flex;flex-direction:column;gap:.2rem;color:var(--soft);font-size:.9rem}
textarea,input[type=number]{font:inherit;font-size:1rem;color:var(--ink);background:var(--page);
border:1px solid var(--line);border-radius:8px;padding:.5rem .6rem;width:100%}
textarea{resize:vertical;min-height:4rem}
::placeholder{color:var(--soft);opacity:1}
:focus-visible{outline:3px solid var(--bar);outline-offset:1px}
#understood{min-height:1.9rem;margin:.4rem 0 .6rem;font-size:.92rem;color:var(--soft);overflow-wrap:anywhere}
#understood .bad,.faults{color:var(--warn)}
.chip{display:inline-flex;align-items:center;border:1px solid var(--line);border-radius:99px;padding:.1rem .6rem;
margin:.1rem .25rem .1rem 0;color:var(--ink);background:var(--page)}
.chip.no{text-decoration:line-through;color:var(--soft)}
fieldset{border:0;margin:0 0 .9rem;padding:0;min-width:0}
legend{color:var(--soft);font-size:.9rem;padding:0;margin-bottom:.3rem}
#classes{display:flex;flex-wrap:wrap;gap:.4rem}
#classes label{flex-direction:row;align-items:center;gap:0;color:var(--ink);border:1px solid var(--line);
border-radius:99px;padding:.3rem .75rem .3rem .6rem;cursor:pointer;background:var(--page)}
#classes input{position:absolute;opacity:0;pointer-events:none}
#classes label:has(:checked){border-color:var(--bar);box-shadow:inset 0 0 0 1px var(--bar)}
#classes label:has(:focus-visible){outline:3px solid var(--bar)}
.fields{display:grid;grid-template-columns:repeat(auto-fit,minmax(6.5rem,1fr));gap:.75rem;max-width:38rem}
.buttons{display:flex;flex-wrap:wrap;align-items:center;gap:.6rem;margin-top:1rem}
button{font:inherit;border:1px solid var(--line);border-radius:8px;padding:.5rem 1rem;cursor:pointer;
background:var(--page);color:var(--ink)}
#draw{background:var(--bar);border-color:var(--bar);color:var(--card);font-weight:600;padding-inline:1.6rem}
button:disabled{opacity:.5;cursor:default}
progress{display:block;width:100%;height:.4rem;margin-top:.9rem;border:0;border-radius:3px;overflow:hidden;
background:var(--line);accent-color:var(--bar)}
progress::-webkit-progress-bar{background:var(--line)}
progress::-webkit-progress-value{background:var(--bar)}
progress::-moz-progress-bar{background:var(--bar)}
#error{margin:.9rem 0 0;padding:.6rem .8rem;border-radius:8px;background:var(--warnbg);color:var(--warn);
overflow-wrap:anywhere}
[hidden]{display:none!important}
#pairs{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,24rem),1fr));gap:1.25rem;margin-top:1.25rem}
#pairs:empty{display:none}
.pair{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:.75rem;
display:grid;grid-template-columns:1fr 1fr;gap:.6rem;align-content:start}
.pair div{min-width:0}
.pair img{display:block;width:100%;aspect-ratio:1;object-fit:contain;border-radius:6px;background:#000}
.pair.drawing img{image-rendering:pixelated}
.pair .name{font-size:.78rem;color:var(--soft);margin-top:.15rem}
.facts{font-size:.86rem;line-height:1.4}
.facts ul{list-style:none;margin:0 0 .4rem;padding:0}
.facts li{display:flex;align-items:baseline;gap:.1rem}.facts li b{margin-left:auto;padding-left:.5rem;font-weight:400;
font-variant-numeric:tabular-nums;white-space:nowrap}
.facts li.extra{color:var(--soft)}
.facts p{margin:.3rem 0;font-size:inherit}
.facts a,#all a{margin-right:.75rem}
a{color:var(--bar)}
.command span{display:inline-block}
.command{display:block;background:var(--page);border:1px solid var(--line);border-radius:8px;
padding:.6rem .7rem}
@media (min-width:56rem){#pairs.one .pair{grid-template-columns:repeat(4,1fr)}}
@media (max-width:30rem){main{padding-top:1rem}section{padding:1rem}h1{font-size:1.6rem}}
"""

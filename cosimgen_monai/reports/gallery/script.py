"""What the gallery does: filter, sort, and draw the cards that are in view."""

SCRIPT = r"""
const [ID,PROMPT,ASKED,FOUND,CERTAINTY,FAULTS,REDRAWS,SEED]=[0,1,2,3,4,5,6,7];
const form=document.getElementById('filters'),grid=document.getElementById('grid');
const detail=document.getElementById('detail'),CAPTION=62,GAP=10;
const names=ids=>ids.map(i=>DATA.classes[i]).join(', ')||'none';
function make(tag,text,kind){const e=document.createElement(tag);if(text!=null)e.textContent=text;
  if(kind)e.className=kind;return e}
for(const i of DATA.objects)form.class.append(new Option(DATA.classes[i],DATA.classes[i]));
const kinds=[...new Set(DATA.rows.flatMap(r=>r[FAULTS]))].sort();
for(const kind of kinds)form.gate.append(new Option(kind,'='+kind));

const HAS={found:(r,c)=>r[FOUND].includes(c),asked:(r,c)=>r[ASKED].includes(c),
  lacking:(r,c)=>r[ASKED].includes(c)&&!r[FOUND].includes(c),
  extra:(r,c)=>r[FOUND].includes(c)&&!r[ASKED].includes(c)};
const ORDER={id:null,worst:(a,b)=>a[CERTAINTY]-b[CERTAINTY],best:(a,b)=>b[CERTAINTY]-a[CERTAINTY],
  faults:(a,b)=>b[FAULTS].length-a[FAULTS].length};
let shown=DATA.rows;

function choose(){
  const c=DATA.classes.indexOf(form.class.value),has=HAS[form.where.value],gate=form.gate.value;
  const words=form.prompt.value.toLowerCase().split(/\s+/).filter(Boolean);
  const fits=DATA.prompts.map(p=>words.every(w=>p.toLowerCase().includes(w)));
  shown=DATA.rows.filter(r=>(c<0||has(r,c))&&fits[r[PROMPT]]&&(!gate||(gate==='none'?!r[FAULTS].length:
    gate==='some'?r[FAULTS].length:r[FAULTS].includes(gate.slice(1)))));
  const order=ORDER[form.sort.value];if(order)shown=[...shown].sort(order);
  document.getElementById('count').textContent=
    shown.length.toLocaleString('en')+' of '+DATA.rows.length.toLocaleString('en')+' pairs';
  const kept=[...new FormData(form)].filter(([k,v])=>v&&!(k==='where'&&v==='found')&&!(k==='sort'&&v==='id'));
  history.replaceState(null,'',kept.length?'#'+new URLSearchParams(kept):location.pathname+location.search);
  cards.forEach(card=>card.remove());cards.clear();draw()}

const cards=new Map();
function draw(){
  const width=grid.clientWidth,columns=Math.max(1,Math.floor((width+GAP)/(290+GAP)));
  const w=(width-GAP*(columns-1))/columns,h=w/DATA.shape+CAPTION,step=h+GAP;
  grid.style.height=Math.ceil(shown.length/columns)*step+'px';
  const top=-grid.getBoundingClientRect().top;
  const first=Math.max(0,Math.floor(top/step)-1)*columns;
  const last=Math.min(shown.length,(Math.ceil((top+innerHeight)/step)+1)*columns);
  for(const [i,card] of cards)if(i<first||i>=last){card.remove();cards.delete(i)}
  for(let i=first;i<last;i++){
    if(!cards.has(i)){const card=cardOf(shown[i]);cards.set(i,card);grid.append(card)}
    const s=cards.get(i).style;s.width=w+'px';s.height=h+'px';
    s.left=(i%columns)*(w+GAP)+'px';s.top=Math.floor(i/columns)*step+'px'}}

function pictureOf(r){const img=make('img');img.src='thumbnails/'+r[ID]+'.png';img.style.aspectRatio=DATA.shape;
  img.alt='image, mask and overlay: '+names(r[FOUND]);return img}
function cardOf(r){
  const card=make('button',null,'card'),words=make('div');card.type='button';card.dataset.id=r[ID];
  words.append(make('span',DATA.prompts[r[PROMPT]]),make('span',r[FAULTS].join(', ')||'no fault',
    r[FAULTS].length?'bad':'soft'),make('span','#'+Number(r[ID].split('_').pop())+(r[CERTAINTY]==null?'':
    ' · certainty '+r[CERTAINTY].toFixed(2))+(r[REDRAWS]?' · redrawn '+r[REDRAWS]+'×':''),'soft'));
  card.append(pictureOf(r),words);card.onclick=()=>open(r);return card}
function open(r){
  const table=make('table'),close=make('button','close');close.onclick=()=>detail.close();
  const facts=[['id',r[ID]],['prompt',DATA.prompts[r[PROMPT]]],['asked for',names(r[ASKED])],
    ['in the mask',names(r[FOUND])],['faults',r[FAULTS].join(', ')||'none'],['certainty',r[CERTAINTY]],
    ['redrawn',r[REDRAWS]],['seed',r[SEED]]];
  for(const [k,v] of facts){const row=make('tr');row.append(make('td',k),make('td',v));table.append(row)}
  detail.replaceChildren(pictureOf(r),table);
  if(DATA.png)for(const kind of ['images','labels','overlays']){const a=make('a',kind);
    a.href='png/'+kind+'/'+r[ID]+'.png';a.target='_blank';detail.append(a,' ')}
  detail.append(close);detail.showModal()}

for(const [k,v] of new URLSearchParams(location.hash.slice(1)))if(form.elements[k])form.elements[k].value=v;
form.addEventListener('input',()=>{scrollTo(0,0);choose()});form.addEventListener('submit',e=>e.preventDefault());
addEventListener('scroll',draw,{passive:true});addEventListener('resize',draw);choose();
"""

"""What the prompt page does: show what is understood, ask for pairs, and show them as they are drawn."""

SCRIPT = r"""
const $=id=>document.getElementById(id),form=$('form');
function make(tag,text,kind){const e=document.createElement(tag);if(text!=null)e.textContent=text;
  if(kind)e.className=kind;return e}
function swatch(id){const e=make('i',null,'swatch');e.style.background=DATA.classes[id].colour;return e}
function chip(id,kind){const e=make('span',null,'chip '+kind);e.append(swatch(id),DATA.classes[id].name);return e}
for(const id of DATA.objects){const label=make('label'),box=make('input');box.type='checkbox';box.name='classes';
  box.value=DATA.classes[id].name;label.append(box,swatch(id),DATA.classes[id].name);$('classes').append(label)}

function filled(){const d=new FormData(form);return JSON.stringify({prompt:d.get('prompt'),classes:d.getAll('classes'),
  number:+d.get('number'),seed:+d.get('seed'),steps:+d.get('steps'),guidance_scale:+d.get('guidance_scale')})}
const post=(path,body,signal)=>fetch(path,{method:'POST',headers:{'Content-Type':'application/json'},body,signal});
const GONE='The server does not answer: is it still running?';

let typed,asked=0;
function readSoon(){clearTimeout(typed);typed=setTimeout(read,250)}
async function read(){
  const d=new FormData(form),number=++asked;
  if(!d.get('prompt').trim()&&!d.has('classes'))return $('understood').replaceChildren();
  let e;try{e=await(await post('/read',filled())).json()}catch{return}
  if(number===asked)understood(e)}
function understood(e){
  if(e.event==='error')return $('understood').replaceChildren(make('span',e.message,'bad'));
  const by={text:'by text',classes:'by class',both:'by text and class'}[e.by];
  $('understood').replaceChildren('Understood ('+by+'): ',...e.asked.map(id=>chip(id,'')),
    ...e.refused.map(id=>chip(id,'no')),...e.notes.map(n=>make('div',n)))}

let stop=null,cards=new Map(),wanted=new Set();
function fail(message){$('error').textContent=message;$('error').hidden=!message}
function busy(on){$('draw').disabled=$('next').disabled=on;$('stop').hidden=!on;$('progress').hidden=!on}
async function draw(){
  if(stop||!form.reportValidity())return;
  fail('');busy(true);stop=new AbortController();$('progress').value=0;$('status').textContent='';
  clearTimeout(typed);asked++;$('understood').replaceChildren();
  try{
    const answer=await post('/draw',filled(),stop.signal),decoder=new TextDecoder(),reader=answer.body.getReader();
    let rest='',ended=false;
    for(;;){
      const {done,value}=await reader.read();if(done)break;
      const lines=(rest+decoder.decode(value,{stream:true})).split('\n');rest=lines.pop();
      for(const line of lines){const e=JSON.parse(line);on[e.event](e);ended=e.event==='done'||e.event==='error'}}
    if(!ended)fail('The drawing broke off: the server has ended.');
  }catch(error){if(error.name==='AbortError')$('status').textContent='Stopped.';else fail(GONE)}
  finally{stop=null;busy(false)}}

const on={
  read(e){understood(e);wanted=new Set(e.asked);cards.clear();$('pairs').replaceChildren();$('after').hidden=true;
    const n=+form.number.value;$('pairs').className=n===1?'one':'';
    for(let i=0;i<n;i++)cards.set(i,card(i))},
  waiting(){$('status').textContent='Another drawing is under way; yours comes next.'},
  step(e){$('status').textContent='Step '+e.step+' of '+e.steps;$('progress').value=e.step/e.steps},
  frame(e){for(const [i,p] of Object.entries(e.pictures))show(cards.get(+i),p)},
  pair(e){const c=cards.get(e.index);show(c,e.pictures);c.root.classList.remove('drawing');facts(c.facts,e)},
  done(e){$('progress').value=1;$('status').textContent=cards.size+(cards.size===1?' pair':' pairs')+' in '+
    e.seconds.toFixed(1)+' s';links(e)},
  error(e){fail(e.message)}};

function card(i){
  const root=make('article',null,'pair drawing'),images=[];
  for(const name of ['image','mask','overlay']){const cell=make('div'),img=make('img');img.alt=name+' of pair '+(i+1);
    img.src='data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==';
    images.push(img);cell.append(img,make('div',name,'name'));root.append(cell)}
  const about=make('div',null,'facts');root.append(about);$('pairs').append(root);
  return {root,images,facts:about,links:null}}
function show(c,pictures){c.images.forEach((img,k)=>{img.src=pictures[k]})}
function facts(place,e){
  const list=make('ul');
  for(const [id,area] of e.areas.sort((a,b)=>b[1]-a[1])){const row=make('li',null,wanted.has(id)?'':'extra');
    row.title=wanted.has(id)?'asked for':'not asked for';
    row.append(swatch(id),DATA.classes[id].name,make('b',(100*area).toFixed(1)+' %'));list.append(row)}
  place.replaceChildren(list);
  if(e.areas.some(([id])=>!wanted.has(id)))place.append(make('p','Grey: not asked for.','soft'));
  if(e.faults.length)place.append(make('p',e.faults.join(', '),'faults'));
  if(e.redraws)place.append(make('p','Drawn again '+e.redraws+'×.','soft'));
  place.dataset.id=e.id}
const LABEL={png:'PNG pair',nifti:'NIfTI pair'};
function link(text,href){const a=make('a',text);a.href=href;a.download='';return a}
function links(e){
  for(const c of cards.values()){const p=make('p');
    for(const f of DATA.formats)p.append(link(LABEL[f],'/drawings/'+e.drawing+'/'+f+'/'+c.facts.dataset.id+'.zip'));
    c.facts.append(p)}
  $('all').replaceChildren(link('Download everything, with manifest and card','/drawings/'+e.drawing+'.zip'));
  if(e.arguments){const code=make('code',null,'command');  // a line may break between arguments only
    for(const words of e.arguments.split(/ (?=--)/))code.append(make('span',words),' ');
    $('all').append(make('p','To draw these again, run generating as this page was started, and with','soft'),code)}
  $('after').hidden=false}

form.addEventListener('submit',e=>{e.preventDefault();draw()});
form.addEventListener('input',e=>{if(['prompt','classes'].includes(e.target.name))readSoon()});
form.prompt.addEventListener('keydown',e=>{if(e.key==='Enter'&&!e.shiftKey){e.preventDefault();draw()}});
$('next').onclick=()=>{form.seed.value=+form.seed.value+1;draw()};
$('stop').onclick=()=>stop&&stop.abort();
read();
"""

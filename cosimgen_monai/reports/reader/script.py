"""The script of the reader sheet: answers are kept in the browser and saved as CSV, without any network."""

SCRIPT = r"""
"use strict";
const sheet=document.body.dataset.sheet,form=document.querySelector("form"),reader=document.getElementById("reader"),
  cases=[...document.querySelectorAll(".case")],place="reader-sheet-"+sheet;
function value(name){const field=form.elements[name];return field?field.value:""}
function answers(){const rows=cases.map(part=>{const k=part.dataset.case;
  return [sheet,reader.value.trim(),k,value("answer-"+k),value("quality-"+k),value("comment-"+k).trim()]});
  return rows}
function cell(text){return /[",\r\n]/.test(text)?'"'+text.replace(/"/g,'""')+'"':text}
function csv(){return [["sheet","reader","case","answer","mask_quality","comment"],...answers()]
  .map(row=>row.map(cell).join(",")).join("\r\n")+"\r\n"}
function show(){const open=answers().filter(row=>!row[3]||!row[4]).map(row=>row[2]);
  cases.forEach(part=>part.classList.toggle("open",open.includes(part.dataset.case)));
  document.getElementById("done").textContent=`${cases.length-open.length} of ${cases.length} cases answered`}
function keep(){const kept={reader:reader.value};
  for(const field of form.elements)if(field.name&&(field.type!=="radio"||field.checked))kept[field.name]=field.value;
  try{localStorage.setItem(place,JSON.stringify(kept))}catch(error){/* kept on the page alone */}
  show()}
function restore(){let kept=null;
  try{kept=JSON.parse(localStorage.getItem(place))}catch(error){/* nothing was kept */}
  if(kept){reader.value=kept.reader||"";
    for(const name in kept){const field=form.elements[name];if(field)field.value=kept[name]}}
  show()}
function save(){const link=document.createElement("a");
  link.href=URL.createObjectURL(new Blob(["\ufeff"+csv()],{type:"text/csv"}));
  link.download=`reader_${sheet}_${reader.value.trim().replace(/[^\w-]+/g,"_")||"answers"}.csv`;
  link.click();setTimeout(()=>URL.revokeObjectURL(link.href),1000)}
document.addEventListener("input",keep);
form.addEventListener("submit",event=>event.preventDefault());
document.getElementById("save").addEventListener("click",save);
restore();
"""

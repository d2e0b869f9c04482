(()=>{
const box=document.querySelector("input[type=search]"),rows=[...document.querySelectorAll("tbody tr:not(.up)")],names=rows.map(r=>r.querySelector("bdi").textContent.toLowerCase());
const said=document.getElementById("said"),none=document.getElementById("none"),table=document.querySelector("table"),up=document.querySelector(".up");
const empty=none.textContent;
const day=new Intl.DateTimeFormat(undefined,{dateStyle:"medium",timeStyle:"short"});
for(const t of document.querySelectorAll("time")){const d=new Date(t.dateTime);t.title=t.dateTime;t.textContent=day.format(d)}
for(const u of document.querySelectorAll(".utc"))u.remove();
let wait;
const apply=()=>{
const q=box.value.trim().toLowerCase();let n=0;
rows.forEach((r,i)=>{const hit=!q||names[i].includes(q);r.hidden=!hit;if(hit)n++});
none.hidden=n>0;none.textContent=q?"Nothing matches":empty;table.hidden=n===0&&(q!==""||!up);if(up)up.hidden=q!=="";
clearTimeout(wait);wait=setTimeout(()=>{said.textContent=q?n+(n===1?" match":" matches"):""},250);
};
box.addEventListener("input",apply);
box.form.addEventListener("submit",e=>{if(box.defaultValue===""){e.preventDefault();const one=rows.filter(r=>!r.hidden);if(one.length===1)one[0].querySelector("a")?.click()}});
document.addEventListener("keydown",e=>{
if(e.key==="/"&&e.target!==box&&!e.ctrlKey&&!e.metaKey&&!e.altKey){e.preventDefault();box.focus();box.select()}
else if(e.key==="Escape"&&e.target===box){box.value="";if(box.defaultValue)box.form.submit();else apply()}
else if(e.key==="ArrowDown"||e.key==="ArrowUp"){
const links=[...document.querySelectorAll("tbody tr:not([hidden]) a")],at=links.indexOf(document.activeElement);
const to=e.target===box?(e.key==="ArrowDown"?0:-1):at<0?-1:at+(e.key==="ArrowDown"?1:-1);
if(links[to]){e.preventDefault();links[to].focus()}else if(at===0&&to<0){e.preventDefault();box.focus()}
}});
if(box.value)apply();
})();

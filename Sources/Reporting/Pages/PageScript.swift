/// The only script of a page. It adds a search field to the samples; a page is whole without it.
enum PageScript {
  static let code = """
    (()=>{const field=document.getElementById("find");if(!field)return;
    field.parentElement.hidden=false;
    field.addEventListener("input",()=>{const words=field.value.toLowerCase();
    for(const card of document.querySelectorAll(".card"))
    card.hidden=!card.textContent.toLowerCase().includes(words)})})()
    """
}

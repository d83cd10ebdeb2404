// The bar of sections says which one is under the eye. It moves itself sideways, never the page.

const AT_A_THIRD = { rootMargin: "-33% 0px -66% 0px" }; // a line across the screen: one section is on it

let watcher = null;

// Call it again when the menu on the page is another one.
export function watchSections() {
  watcher?.disconnect();
  watcher = new IntersectionObserver((seen) => {
    for (const { isIntersecting, target } of seen) if (isIntersecting) mark(target.id);
  }, AT_A_THIRD);
  for (const section of document.querySelectorAll("#dishes > section")) watcher.observe(section);
}

function mark(id) {
  const list = document.getElementById("cats");
  for (const link of list.querySelectorAll("a")) {
    if (link.hash !== `#${id}`) link.removeAttribute("aria-current");
    else if (!link.hasAttribute("aria-current")) {
      link.setAttribute("aria-current", "true");
      const [bar, place] = [list.getBoundingClientRect(), link.getBoundingClientRect()];
      if (place.left < bar.left || place.right > bar.right) list.scrollBy({ left: place.left + place.width / 2 - bar.left - bar.width / 2 });
    }
  }
}

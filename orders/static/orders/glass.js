// The newest order as a glass: it fills as the order moves on, and bears the order's number. The page brings the drawing.

const LEVELS = { pending: "1", accepted: "2", ready: "3", completed: "4" };
const drawing = document.getElementById("glass").content.firstElementChild;

export function glass(order) {
  const fresh = drawing.cloneNode(true);
  fresh.dataset.level = LEVELS[order.state];
  fresh.querySelector("text").textContent = String(order.order_number);
  return fresh;
}

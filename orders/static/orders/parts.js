// What a page of the board can do beside its plain form, wherever it is shown: <form data-part="staff_order">.

import * as filter from "./filter.js";
import * as staffOrder from "./staff_order.js";

const PARTS = { filter, staff_order: staffOrder };

export function liven(root) {
  for (const element of root.querySelectorAll("[data-part]")) PARTS[element.dataset.part]?.liven(element); // a newer server may know more
}

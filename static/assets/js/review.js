// Marks what is to be looked at again and has not been, by the day in Japan now.
// What had been missed when the site was built is marked in the page already.
const today = new Date(Date.now() + 9 * 60 * 60 * 1000).toISOString().slice(0, 10);
for (const review of document.querySelectorAll("[data-review-by]")) {
  if (review.dataset.reviewBy >= today || review.querySelector(".overdue")) continue;
  const mark = document.createElement("strong");
  mark.className = "overdue";
  mark.textContent = "過ぎています";
  review.append(" ", mark);
}

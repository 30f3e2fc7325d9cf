// The cart in the browser; it survives a reload.
const STORAGE_KEY = "cart";

export class Cart {
  constructor(storage = window.localStorage) {
    this.storage = storage;
    this.items = JSON.parse(storage.getItem(STORAGE_KEY) ?? "[]");
  }

  /** Put an article into the cart and remember it. */
  add(article, amount = 1) {
    this.items.push({ article, amount });
    this.storage.setItem(STORAGE_KEY, JSON.stringify(this.items));
  }

  /** Total price in cents, discounts included. */
  total(prices, discount = 0) {
    const sum = this.items.reduce((all, item) => all + prices[item.article] * item.amount, 0);
    return Math.round(sum * (1 - discount));
  }
}

ko.cart = function () {};

ko.cart.prototype['addLine'] = function (line) {
  this['lines'].push(line);
};

exports["total"] = () => 1;

Promise.withResolvers ??= () => {
  return {};
};

doh.register("cart", [
  function emptyCart(t) {
    t.is(0, 1);
  },
]);

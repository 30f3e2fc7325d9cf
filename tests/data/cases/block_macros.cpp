namespace shop {

class Cart {
 public:
  // Tells of an error
  SHOP_PUSH_WARNING
  SHOP_GNU_DISABLE_WARNING("-Woverloaded-virtual")
  virtual void fail(Error error) noexcept {
    stop(error);
  }
  SHOP_POP_WARNING

  virtual void pay() = 0;
};

int empty(Cart& cart) {
  SHOP_EXIT {
    cart.close();
  };
  for (int i = 0; i < 3; ++i) {
    SHOP_SUSPEND {
      cart.wait([&] {
        cart.pay();
      });
    }
  }
  return 0;
}

int refill() { return 1; }

}  // namespace shop

actor Queue {
  func drain(plan: Plan) async throws {
    if await plan.isEmpty {
      stop()
    }
    for step in try plan.steps {
      run(step)
    }
    for try await order in plan.orders() {
      serve(order)
    }
    while await !plan.count > limit { wait() }
    stop()
  }

  func stop() {}
}

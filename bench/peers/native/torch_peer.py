# PyTorch: eager (modules, autograd, optim.SGD), jit (the loss in TorchScript), hand (backward written out).

import torch
from driver import Absent, blas, main

torch.set_num_threads(1)


class Net(torch.nn.Module):
    def __init__(self, spec, weights):
        super().__init__()
        sizes, layers = spec["sizes"], []
        modules = {"sigmoid": torch.nn.Sigmoid, "relu": torch.nn.ReLU}
        for l, (k, n) in enumerate(zip(sizes, sizes[1:])):
            linear = torch.nn.Linear(k, n)
            with torch.no_grad():
                linear.weight.copy_(torch.from_numpy(weights[2 * l]).t())
                linear.bias.copy_(torch.from_numpy(weights[2 * l + 1]))
            layers.append(linear)
            name = spec["hidden"] if l + 2 < len(sizes) else spec["output"]
            if name != "softmax":  # cross_entropy takes logits
                layers.append(modules[name]())
        self.layers = torch.nn.Sequential(*layers)
        self.quadratic = spec.get("loss") == "quadratic"

    def forward(self, x):
        return self.layers(x)

    @torch.jit.export
    def loss(self, x, y):
        out = self.forward(x)
        if self.quadratic:
            return torch.nn.functional.mse_loss(out, y, reduction="sum") * (0.5 / x.shape[0])
        return torch.nn.functional.cross_entropy(out, y)


def sgd_by_hand(spec, parameters):
    rate = -spec["learningRate"]

    def update(gradients):
        torch._foreach_add_(parameters, gradients, alpha=rate)

    return update


def adam_by_hand(spec, parameters):
    """Adam on lists of tensors, in place; the gradients, which are means over the batch, are used up."""
    beta1, beta2, epsilon = (spec["adam"][key] for key in ("beta1", "beta2", "epsilon"))
    means = [torch.zeros_like(p) for p in parameters]
    squares = [torch.zeros_like(p) for p in parameters]
    t = 0

    def update(gradients):
        nonlocal t
        t += 1
        torch._foreach_mul_(means, beta1)
        torch._foreach_add_(means, gradients, alpha=1 - beta1)
        torch._foreach_mul_(squares, beta2)
        torch._foreach_addcmul_(squares, gradients, gradients, 1 - beta2)
        roots = torch._foreach_sqrt(squares)
        torch._foreach_mul_(roots, (1 - beta2**t) ** -0.5)
        torch._foreach_add_(roots, epsilon)
        torch._foreach_addcdiv_(parameters, means, roots, -spec["learningRate"] / (1 - beta1**t))

    return update


def train_module(spec, xs, ys, weights, variant):
    net = Net(spec, weights)
    batch, batches = spec["batch"], len(xs)
    if variant == "jit":
        net = torch.jit.script(net)
        parameters = list(net.parameters())
        update = adam_by_hand(spec, parameters) if "adam" in spec else sgd_by_hand(spec, parameters)

        def step(x, y):
            gradients = torch.autograd.grad(net.loss(x, y), parameters)
            with torch.no_grad():
                update(gradients)

    else:
        if "adam" in spec:
            adam = spec["adam"]
            betas = adam["beta1"], adam["beta2"]
            rate, epsilon = spec["learningRate"], adam["epsilon"]
            optimizer = torch.optim.Adam(net.parameters(), lr=rate, betas=betas, eps=epsilon, foreach=True)
        else:
            optimizer = torch.optim.SGD(net.parameters(), lr=spec["learningRate"], foreach=True)

        def step(x, y):
            optimizer.zero_grad(set_to_none=True)
            net.loss(x, y).backward()
            optimizer.step()

    def run(steps):
        for s in range(steps):
            step(xs[s % batches], ys[s % batches])
        return steps * batch

    def check():
        run(spec["checkSteps"])
        n = spec["checkRows"]
        with torch.no_grad():
            return net.loss(xs[0][:n], ys[0][:n])

    return run, check


def train_by_hand(spec, xs, ys, weights):
    sizes, batch, batches = spec["sizes"], spec["batch"], len(xs)
    names = [spec["hidden"]] * (len(sizes) - 2) + [spec["output"]]
    w = [torch.from_numpy(m) for m in weights[::2]]
    b = [torch.from_numpy(m) for m in weights[1::2]]
    last = len(w) - 1
    a = [None] + [torch.empty(batch, n) for n in sizes[1:]]
    deltas = [torch.empty(batch, n) for n in sizes[1:]]
    transposed = [m.t() for m in w]
    turned = [None] + [m.t() for m in a[1:]]
    xt = [x.t() for x in xs]
    ones = torch.ones(batch)
    deltas_t = [m.t() for m in deltas]
    scale = -spec["learningRate"] / batch
    aten = torch.ops.aten
    adam = "adam" in spec
    dw = [torch.empty_like(m) for m in w] if adam else None
    db = [torch.empty_like(m) for m in b] if adam else None
    update = adam_by_hand(spec, w + b) if adam else None
    addmm, mm = torch.addmm, torch.mm
    activate = {"sigmoid": torch.sigmoid_, "relu": torch.relu_}

    def derivative(name, delta, layer):
        if name == "sigmoid":
            aten.sigmoid_backward.grad_input(delta, layer, grad_input=delta)
        else:
            aten.threshold_backward.grad_input(delta, layer, 0, grad_input=delta)

    def forward(x):
        a[0] = x
        for l in range(last + 1):
            addmm(b[l], a[l], w[l], out=a[l + 1])
            if names[l] == "softmax":
                aten._softmax.out(a[l + 1], 1, False, out=a[l + 1])
            else:
                activate[names[l]](a[l + 1])
        return a[-1]

    def run(steps):
        with torch.inference_mode():
            for s in range(steps):
                i = s % batches
                forward(xs[i])
                torch.sub(a[-1], ys[i], out=deltas[last])
                if adam:
                    deltas[last] *= 1 / batch
                if names[last] != "softmax":
                    derivative(names[last], deltas[last], a[-1])
                for l in range(last, -1, -1):
                    if l:
                        mm(deltas[l], transposed[l], out=deltas[l - 1])
                        derivative(names[l - 1], deltas[l - 1], a[l])
                    if adam:
                        mm(turned[l] if l else xt[i], deltas[l], out=dw[l])
                        torch.mv(deltas_t[l], ones, out=db[l])
                    else:
                        w[l].addmm_(turned[l] if l else xt[i], deltas[l], alpha=scale)
                        b[l].addmv_(deltas_t[l], ones, alpha=scale)
                if adam:
                    update(dw + db)
        return steps * batch

    def check():
        run(spec["checkSteps"])
        n = spec["checkRows"]
        p, t = forward(xs[0])[:n], ys[0][:n]
        return (0.5 * (p - t) ** 2 if spec["loss"] == "quadratic" else -t * p.log()).sum(1).mean()

    return run, check


def prepare(spec, x, y, weights, variant):
    capability = torch.backends.cpu.get_cpu_capability() if hasattr(torch.backends, "cpu") and hasattr(torch.backends.cpu, "get_cpu_capability") else ""
    version = ", ".join(part for part in (torch.__version__, capability, blas()) if part)
    x = torch.from_numpy(x)
    if spec["kind"] == "matmul":
        if variant == "jit":
            raise Absent("the same as torch")
        y = torch.from_numpy(y)
        c = torch.empty(spec["m"], spec["n"])

        def product(steps):
            with torch.inference_mode():
                for _ in range(steps):
                    torch.mm(x, y, out=c)
            return steps * 2 * spec["m"] * spec["k"] * spec["n"] / 1e9

        return product, lambda: product(1) and c[-1, -1], version, None

    batch = spec["batch"]
    xs = list(x.split(batch))
    if spec["kind"] == "predict":
        if variant == "hand":
            raise Absent("its forward pass is that of torch")
        net = torch.nn.Sequential(Net(spec, weights), torch.nn.Softmax(1)).eval()
        if variant == "jit":
            with torch.no_grad():
                net = torch.jit.optimize_for_inference(torch.jit.freeze(torch.jit.script(net)))

        def predict(steps):
            with torch.inference_mode():
                for s in range(steps):
                    net(xs[s % len(xs)])
            return steps * batch

        return predict, lambda: net(xs[0])[0, 0], version, None

    ys = list(torch.from_numpy(y).split(batch))
    if variant == "hand":
        return *train_by_hand(spec, xs, ys, weights), version, None
    if spec["loss"] == "crossEntropy":
        ys = [t.argmax(1) for t in ys]
    return *train_module(spec, xs, ys, weights, variant), version, None


main(prepare)

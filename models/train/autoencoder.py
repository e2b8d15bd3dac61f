"""Trains an autoencoder on exported features: `python autoencoder.py --features FILE.csv --calibration FILE.csv --model FOLDER`.

Both files are what `tidewatch features export` writes; FOLDER holds the manifest that they were exported with. The network repeats its input
through a narrow middle, so that what it has not seen together it repeats badly. Written are `model.onnx`, and the manifest with the
weights of features and the quantiles of the errors on the second file, of which the network saw nothing; the last is half as much again.
"""

import argparse
import csv
import re
import warnings
from pathlib import Path

import numpy as np
import yaml
from onnx import TensorProto, helper, numpy_helper
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPRegressor

SEED = 7
HIDDEN = (64, 32, 64)
MOST_ROWS = 8_000
ROUNDS = 120
QUANTILES = 101
MARGIN = 1.5


def read(path):
    """The rows of an export as float32 [N, columns], and the feature of each column."""
    with open(path, newline="") as file:
        header = next(csv.reader(file))
        used = [i for i, name in enumerate(header) if name not in ("event.id", "@timestamp", "label")]
        rows = np.loadtxt(file, delimiter=",", usecols=used, dtype=np.float32, ndmin=2)
    return rows, [re.split(r"[.#]", header[i])[0] for i in used]


def error_of(features, names, rows, repeated):
    """Each feature's share of a row's error, [N, features]: the squared errors of its columns."""
    squared = (rows - repeated) ** 2
    return np.stack([squared[:, [of == name for of in features]].sum(axis=1) for name in names], axis=1)


def train(rows, features):
    """A network on rows as they are, trained on distinct rows in which every feature varies as much as any other."""
    rows = np.random.default_rng(SEED).permutation(np.unique(rows, axis=0))[:MOST_ROWS]
    names = list(dict.fromkeys(features))
    spread = {name: np.sqrt(rows[:, [of == name for of in features]].var(axis=0).sum()) for name in names}
    scale = np.array([spread[of] if spread[of] > 0 else 1 for of in features])
    network = MLPRegressor(hidden_layer_sizes=HIDDEN, random_state=SEED, learning_rate_init=0.002, batch_size=64, max_iter=ROUNDS, tol=0)
    with warnings.catch_warnings():
        # How many rounds there are is set.
        warnings.simplefilter("ignore", ConvergenceWarning)
        network.fit(rows / scale, rows / scale)
    network.coefs_[0] = network.coefs_[0] / scale[:, None]
    network.coefs_[-1] = network.coefs_[-1] * scale
    network.intercepts_[-1] = network.intercepts_[-1] * scale
    return network, names, scale


def weigh(network, names, features, scale, rows):
    """Of each feature, what makes 1 of its mean error, which counts as no less than a tenth of its variance."""
    usual = error_of(features, names, rows, network.predict(rows)).mean(axis=0)
    return {name: float(f"{1 / np.sqrt(max(error, 0.1 * scale[features.index(name)] ** 2)):.6g}") for name, error in zip(names, usual)}


def write(path, network):
    """Output `reconstruction` is what the network expected, in the units of its input."""
    nodes, constants, value = [], [], "features"

    def add(operator, inputs, name):
        nodes.append(helper.make_node(operator, inputs, [name]))
        return name

    def constant(values, name):
        constants.append(numpy_helper.from_array(values.astype(np.float32), name))
        return name

    layers = list(zip(network.coefs_, network.intercepts_))
    for i, (coefficients, intercepts) in enumerate(layers):
        if i > 0:
            value = add("Relu", [value], f"relu{i}")
        name = "reconstruction" if i == len(layers) - 1 else f"layer{i}"
        value = add("Gemm", [value, constant(coefficients, f"w{i}"), constant(intercepts, f"b{i}")], name)
    shape = ["rows", layers[0][0].shape[0]]
    tensors = [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name in ("features", "reconstruction")]
    graph = helper.make_graph(nodes, "autoencoder", tensors[:1], tensors[1:], constants)
    model = helper.make_model(graph, ir_version=10, opset_imports=[helper.make_opsetid("", 21)])
    path.write_bytes(model.SerializeToString())


def main():
    options = argparse.ArgumentParser(description=__doc__)
    for name in ("features", "calibration", "model"):
        options.add_argument(f"--{name}", type=Path, required=True)
    options = options.parse_args()

    rows, features = read(options.features)
    network, names, scale = train(rows, features)
    weights = weigh(network, names, features, scale, rows)
    write(options.model / "model.onnx", network)

    kept, _ = read(options.calibration)
    errors = (((network.predict(kept) - kept) * [weights[of] for of in features]) ** 2).mean(axis=1)
    quantiles = np.quantile(errors, np.linspace(0, 1, QUANTILES))
    # What is rare and yet usual comes close to the largest error again and again: a score of 1 is clearly beyond it.
    quantiles[-1] *= MARGIN
    path = options.model / "manifest.yml"
    manifest = yaml.safe_load(path.read_text())
    manifest["onnx"]["output"] = {"name": "reconstruction", "error": "features", "weights": weights}
    manifest["onnx"]["scale"] = {"quantiles": [float(f"{value:.6g}") for value in quantiles]}
    path.write_text(yaml.safe_dump(manifest, sort_keys=False, default_flow_style=None, width=120))
    print(f"{len(rows):,} rows trained on, {len(kept):,} calibrated on, {network.n_iter_} rounds")


if __name__ == "__main__":
    main()

"""Polynomial machines of scikit-learn as ONNX that computes in float64.

The operator that skl2onnx exports them as has float32 alone: powers of sums differ in the last digits, support vectors add
the differences up, and their decisions largely cancel out.
"""

import numpy as np
from onnx import ModelProto, TensorProto, helper, numpy_helper
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import MinMaxScaler
from sklearn.svm import SVC


def in_doubles(pipeline: Pipeline) -> ModelProto:
    """A StandardScaler or MinMaxScaler and an SVC of two classes: `X`, float32 [rows, features], to `decisions`, float32 [rows, 1].

    Positive decisions speak for the second class.
    """
    scaler, machine = (step for _, step in pipeline.steps)
    if machine.kernel != "poly" or len(machine.classes_) != 2:
        raise ValueError(f"not a polynomial machine of two classes: {machine}")
    if isinstance(scaler, MinMaxScaler):
        factor, offset = scaler.scale_, scaler.min_
    else:
        factor, offset = 1 / scaler.scale_, -scaler.mean_ / scaler.scale_
    vectors = machine.support_vectors_
    # The scaler's factors and the kernel's go into the vectors: (x * factor + offset) @ vectors.T.
    numbers = {
        "vectors": machine._gamma * (vectors * factor).T,
        "coef0": machine._gamma * (vectors @ offset) + machine.coef0,
        "degree": np.float64(machine.degree),
        "weights": machine.dual_coef_.T,
        "intercept": machine.intercept_,
    }
    steps = [
        helper.make_node("Cast", ["X"], ["rows"], to=TensorProto.DOUBLE),
        helper.make_node("MatMul", ["rows", "vectors"], ["products"]),
        helper.make_node("Add", ["products", "coef0"], ["sums"]),
        helper.make_node("Pow", ["sums", "degree"], ["kernel"]),
        helper.make_node("MatMul", ["kernel", "weights"], ["weighed"]),
        helper.make_node("Add", ["weighed", "intercept"], ["exact"]),
        helper.make_node("Cast", ["exact"], ["decisions"], to=TensorProto.FLOAT),
    ]
    graph = helper.make_graph(
        steps,
        "polynomial",
        [helper.make_tensor_value_info("X", TensorProto.FLOAT, [None, vectors.shape[1]])],
        [helper.make_tensor_value_info("decisions", TensorProto.FLOAT, [None, 1])],
        [numpy_helper.from_array(np.asarray(values, np.float64), name) for name, values in numbers.items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)], ir_version=10)

"""Which files are mutated, and the tests that each one's mutants must not pass.

For each file the tests stand in stages, tried one after another until one fails: the first stages
are short and find most. A test belongs here if it computes with that file in its own process; a
child process would import the file as it is on disk. ROW in a stage is the name of the definition
that the mutant is in, without underscores around it: a row of the table.
"""

STATED = "tests/test_selections.py tests/test_domains_and_kinks.py tests/test_kinks.py"
EDGES = "tests/test_golden.py tests/test_edges.py tests/test_deadness.py"
ROW = "tests/test_golden.py tests/test_rows.py -k ROW"
CORE = [STATED, EDGES]
SWEEPS = [
    "tests/test_backward.py tests/test_linearize.py tests/test_transforms.py",
    "tests/test_nesting.py tests/test_perturbation_confusion.py tests/test_transform_modes.py",
    "tests/test_transform_messages.py tests/test_containers.py tests/test_vmap.py",
    "tests/test_analytic_hessians.py",
]
LOSSES = [
    "tests/nn/test_loss_edges.py tests/test_golden_nn.py",
    "tests/nn/test_losses.py tests/nn/test_binary_losses.py tests/nn/test_regression_losses.py",
]
LONG = (
    "test_no_right_rule_is_accused test_wide_nodes_and_deep_graphs "
    "test_the_one_wrong_node_in_a_large_graph"
).split()
CHECK = [
    "tests/test_check_orders.py tests/test_check_several.py tests/test_check_parts.py",
    "tests/test_check_numbers.py",
    "tests/test_gradcheck.py "
    + " ".join(f"--deselect tests/test_gradcheck.py::{name}" for name in LONG),
    f"tests/test_gradcheck.py::{LONG[2]}",
]

PLAN: dict[str, list[str]] = {
    "autograd/ops.py": [
        STATED,
        ROW,
        EDGES,
        "tests/test_functions.py tests/test_numpy.py",
    ],
    "autograd/special.py": ["tests/test_last_digits.py", STATED, ROW, EDGES],
    "autograd/gamma.py": ["tests/test_last_digits.py", STATED, ROW, EDGES],
    "autograd/ieee.py": ["tests/test_ieee.py", *CORE, "tests/test_user_op.py"],
    "autograd/op.py": [
        "tests/test_user_op.py tests/test_user_op_errors.py tests/test_deadness.py",
        *CORE,
        "tests/test_numpy.py tests/test_value.py",
    ],
    "autograd/backward.py": SWEEPS,
    "autograd/linearize.py": SWEEPS,
    "autograd/transforms.py": SWEEPS,
    "autograd/vectorize.py": ["tests/test_vmap.py", *SWEEPS],
    "autograd/containers.py": ["tests/test_containers.py", *SWEEPS],
    "autograd/functions.py": ["tests/test_functions.py", *CORE, "tests/test_rows.py"],
    "nn/losses/batches.py": LOSSES,
    "nn/losses/binary.py": LOSSES,
    "nn/losses/classification.py": LOSSES,
    "nn/losses/penalties.py": LOSSES,
    "nn/losses/regression.py": LOSSES,
    "nn/losses/table.py": LOSSES,
    "nn/training/cost.py": ["tests/nn/training/test_cost.py"],
    "nn/optim.py": ["tests/nn/test_optim.py", "tests/test_golden_nn.py"],
    "autograd/check/differences.py": ["tests/test_differences.py", *CHECK],
    "autograd/check/gradients.py": CHECK,
    "autograd/check/one_order.py": CHECK,
    "autograd/check/rules.py": CHECK,
    "autograd/check/sweeps.py": CHECK,
    "autograd/check/blame.py": ["tests/test_blame.py", *CHECK],
    "autograd/check/verdict.py": CHECK,
    "autograd/check/recorded.py": ["tests/test_blame.py", *CHECK],
}

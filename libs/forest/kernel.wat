;; Boxes of random cut forests, four sides at a time. What the memory holds, `room.ts` says.
;;
;; A box is a row of sides: of each dimension the highest value, negated, and then of each the lowest. Both halves are
;; filled up with zeros to a multiple of 16 bytes, so that what is beyond the dimensions is never outside and has no length.

(import "room" "memory" (memory 0))
(import "room" "log2" (func $log2 (param f64) (result f64)))

;; Bytes of half a row.
(global $half (mut i32) (i32.const 0))
;; By dimension: all bits where there is one, none beyond them.
(global $mask (mut i32) (i32.const 0))
;; The row of the point in question.
(global $query (mut i32) (i32.const 0))
;; By depth, of the way to a leaf: the inner nodes (i32); how far outside their boxes the point is, and their lengths (f32).
(global $path (mut i32) (i32.const 0))
(global $outside (mut i32) (i32.const 0))
(global $span (mut i32) (i32.const 0))
;; Children yet to be looked at (i32).
(global $stack (mut i32) (i32.const 0))
;; Rows of boxes made anew, by depth.
(global $rows (mut i32) (i32.const 0))
;; How many trees there are whose boxes are kept; boxes of inner nodes, and their lengths (f32).
(global $trees (mut i32) (i32.const 0))
(global $sides (mut i32) (i32.const 0))
(global $spans (mut i32) (i32.const 0))
;; By tree: the node or leaf reached, and its depth; the trees that are on the way to one; their ways, of all trees depth
;; by depth (i32 each).
(global $reached (mut i32) (i32.const 0))
(global $depths (mut i32) (i32.const 0))
(global $open (mut i32) (i32.const 0))
(global $ways (mut i32) (i32.const 0))
;; Leaves of a tree, at most; inner nodes are one less.
(global $capacity (mut i32) (i32.const 0))
;; Trees: children by inner node (of one byte, or two), places by leaf (of two bytes, or four), starts by place (i32), and
;; values. Nodes and leaves are counted through all trees.
(global $wideChildren (mut i32) (i32.const 0))
(global $widePlaces (mut i32) (i32.const 0))
(global $left (mut i32) (i32.const 0))
(global $right (mut i32) (i32.const 0))
(global $place (mut i32) (i32.const 0))
(global $starts (mut i32) (i32.const 0))
(global $values (mut i32) (i32.const 0))
;; Of trees whose boxes are kept: roots (i16); dimensions (of one byte, or two) and values (f32) of cuts by inner node;
;; masses by leaf (of one byte, or two).
(global $wideDimensions (mut i32) (i32.const 0))
(global $wideMasses (mut i32) (i32.const 0))
(global $root (mut i32) (i32.const 0))
(global $cutDimension (mut i32) (i32.const 0))
(global $cutValue (mut i32) (i32.const 0))
(global $mass (mut i32) (i32.const 0))

(func (export "seat") (param $half i32) (param $capacity i32) (param $trees i32) (param $mask i32)
  (param $query i32) (param $path i32) (param $outside i32) (param $span i32) (param $stack i32) (param $rows i32)
  (param $sides i32) (param $spans i32) (param $reached i32) (param $depths i32) (param $open i32) (param $ways i32)
  (global.set $half (local.get $half))
  (global.set $capacity (local.get $capacity))
  (global.set $trees (local.get $trees))
  (global.set $mask (local.get $mask))
  (global.set $query (local.get $query))
  (global.set $path (local.get $path))
  (global.set $outside (local.get $outside))
  (global.set $span (local.get $span))
  (global.set $stack (local.get $stack))
  (global.set $rows (local.get $rows))
  (global.set $sides (local.get $sides))
  (global.set $spans (local.get $spans))
  (global.set $reached (local.get $reached))
  (global.set $depths (local.get $depths))
  (global.set $open (local.get $open))
  (global.set $ways (local.get $ways)))

(func (export "bring") (param $wideChildren i32) (param $widePlaces i32) (param $left i32) (param $right i32)
  (param $place i32) (param $starts i32) (param $values i32)
  (global.set $wideChildren (local.get $wideChildren))
  (global.set $widePlaces (local.get $widePlaces))
  (global.set $left (local.get $left))
  (global.set $right (local.get $right))
  (global.set $place (local.get $place))
  (global.set $starts (local.get $starts))
  (global.set $values (local.get $values)))

(func (export "settle") (param $wideDimensions i32) (param $wideMasses i32) (param $root i32)
  (param $cutDimension i32) (param $cutValue i32) (param $mass i32)
  (global.set $wideDimensions (local.get $wideDimensions))
  (global.set $wideMasses (local.get $wideMasses))
  (global.set $root (local.get $root))
  (global.set $cutDimension (local.get $cutDimension))
  (global.set $cutValue (local.get $cutValue))
  (global.set $mass (local.get $mass)))

;; Of four numbers.
(func $sum (param $four v128) (result f32)
  (f32.add
    (f32.add (f32x4.extract_lane 0 (local.get $four)) (f32x4.extract_lane 1 (local.get $four)))
    (f32.add (f32x4.extract_lane 2 (local.get $four)) (f32x4.extract_lane 3 (local.get $four)))))

;; How far the point in question is outside a box, and notes it at a depth.
(func $measureOne (param $row i32) (param $depth i32) (result f32)
  (local $query i32) (local $end i32) (local $out v128) (local $far f32)
  (local.set $query (global.get $query))
  (local.set $end (i32.add (local.get $query) (i32.shl (global.get $half) (i32.const 1))))
  (loop $next
    (local.set $out (f32x4.add (local.get $out) (f32x4.pmax
      (v128.const f32x4 0 0 0 0)
      (f32x4.sub (v128.load (local.get $row)) (v128.load (local.get $query))))))
    (local.set $row (i32.add (local.get $row) (i32.const 16)))
    (local.set $query (i32.add (local.get $query) (i32.const 16)))
    (br_if $next (i32.lt_u (local.get $query) (local.get $end))))
  (local.set $far (call $sum (local.get $out)))
  (f32.store (i32.add (global.get $outside) (i32.shl (local.get $depth) (i32.const 2))) (local.get $far))
  (local.get $far))

(func $noteSpan (param $depth i32) (param $length f32)
  (f32.store (i32.add (global.get $span) (i32.shl (local.get $depth) (i32.const 2))) (local.get $length)))

;; Widens a box by a point into another row.
(func $include (param $values i32) (param $from i32) (param $into i32)
  (local $i i32) (local $four v128)
  (loop $next
    (local.set $four (v128.and
      (v128.load (i32.add (local.get $values) (local.get $i)))
      (v128.load (i32.add (global.get $mask) (local.get $i)))))
    (v128.store (i32.add (local.get $into) (local.get $i))
      (f32x4.pmin (v128.load (i32.add (local.get $from) (local.get $i))) (f32x4.neg (local.get $four))))
    (v128.store (i32.add (i32.add (local.get $into) (global.get $half)) (local.get $i))
      (f32x4.pmin
        (v128.load (i32.add (i32.add (local.get $from) (global.get $half)) (local.get $i)))
        (local.get $four)))
    (local.set $i (i32.add (local.get $i) (i32.const 16)))
    (br_if $next (i32.lt_u (local.get $i) (global.get $half)))))

;; The box of one point.
(func $point (export "point") (param $values i32) (param $into i32)
  (local $i i32) (local $four v128)
  (loop $next
    (local.set $four (v128.and
      (v128.load (i32.add (local.get $values) (local.get $i)))
      (v128.load (i32.add (global.get $mask) (local.get $i)))))
    (v128.store (i32.add (local.get $into) (local.get $i)) (f32x4.neg (local.get $four)))
    (v128.store (i32.add (i32.add (local.get $into) (global.get $half)) (local.get $i)) (local.get $four))
    (local.set $i (i32.add (local.get $i) (i32.const 16)))
    (br_if $next (i32.lt_u (local.get $i) (global.get $half)))))

;; The lengths of a box's sides, summed up. The difference first: of large numbers that are alike it is exact.
(func $length (param $row i32) (result f32)
  (local $end i32) (local $length v128)
  (local.set $end (i32.add (local.get $row) (global.get $half)))
  (loop $next
    (local.set $length (f32x4.sub (local.get $length) (f32x4.add
      (v128.load (local.get $row))
      (v128.load (i32.add (local.get $row) (global.get $half))))))
    (local.set $row (i32.add (local.get $row) (i32.const 16)))
    (br_if $next (i32.lt_u (local.get $row) (local.get $end))))
  (call $sum (local.get $length)))

;; Makes the box of a node around two others, which it may be one of. Answers whether it is another than before.
(func (export "join") (param $node i32) (param $one i32) (param $other i32) (result i32)
  (local $into i32) (local $end i32) (local $four v128) (local $changed v128)
  (local.set $into (i32.add (global.get $sides)
    (i32.mul (local.get $node) (i32.shl (global.get $half) (i32.const 1)))))
  (local.set $end (i32.add (local.get $into) (i32.shl (global.get $half) (i32.const 1))))
  (loop $next
    (local.set $four (f32x4.pmin (v128.load (local.get $one)) (v128.load (local.get $other))))
    (local.set $changed (v128.or (local.get $changed)
      (f32x4.ne (local.get $four) (v128.load (local.get $into)))))
    (v128.store (local.get $into) (local.get $four))
    (local.set $one (i32.add (local.get $one) (i32.const 16)))
    (local.set $other (i32.add (local.get $other) (i32.const 16)))
    (local.set $into (i32.add (local.get $into) (i32.const 16)))
    (br_if $next (i32.lt_u (local.get $into) (local.get $end))))
  (f32.store (i32.add (global.get $spans) (i32.shl (local.get $node) (i32.const 2)))
    (call $length (i32.sub (local.get $into) (i32.shl (global.get $half) (i32.const 1)))))
  (v128.any_true (local.get $changed)))

;; Where the values of a leaf are.
(func $valuesOf (param $leaf i32) (result i32)
  (i32.add (global.get $values) (i32.shl
    (i32.load (i32.add (global.get $starts) (i32.shl
      (if (result i32) (global.get $widePlaces)
        (then (i32.load (i32.add (global.get $place) (i32.shl (local.get $leaf) (i32.const 2)))))
        (else (i32.load16_u (i32.add (global.get $place) (i32.shl (local.get $leaf) (i32.const 1))))))
      (i32.const 2))))
    (i32.const 2))))

;; Measures how far the point in question is outside the boxes on the way to a leaf: from the leaf up to the first
;; that has it inside. Answers the depth of that one, -1 where none has it.
(func $measure (export "measure") (param $tree i32) (param $leaf i32) (param $depth i32) (result i32)
  (if (result i32) (global.get $trees)
    (then (call $measureKept (local.get $leaf) (local.get $depth) (global.get $path) (i32.const 4)))
    (else (call $widen (local.get $tree) (local.get $leaf) (local.get $depth)))))

;; The same where boxes are kept. The node at a depth of the way is so many steps from its beginning. It is not made of
;; other functions, and reads each address once: a score is this, a hundred times and more.
(func $measureKept (param $leaf i32) (param $depth i32) (param $way i32) (param $step i32) (result i32)
  (local $outside i32) (local $span i32) (local $row i32) (local $bytes i32) (local $at i32) (local $query i32)
  (local $end i32) (local $node i32) (local $out v128) (local $far f32) (local $length f32)
  (local.set $outside (global.get $outside))
  (local.set $span (global.get $span))
  (local.set $bytes (i32.shl (global.get $half) (i32.const 1)))
  (local.set $end (i32.add (global.get $query) (local.get $bytes)))
  (local.set $row (global.get $rows))
  (call $point (call $valuesOf (local.get $leaf)) (local.get $row))
  (loop $up
    (local.set $at (i32.shl (local.get $depth) (i32.const 2)))
    (local.set $query (global.get $query))
    (local.set $out (v128.const f32x4 0 0 0 0))
    (loop $next
      (local.set $out (f32x4.add (local.get $out) (f32x4.pmax
        (v128.const f32x4 0 0 0 0)
        (f32x4.sub (v128.load (local.get $row)) (v128.load (local.get $query))))))
      (local.set $row (i32.add (local.get $row) (i32.const 16)))
      (local.set $query (i32.add (local.get $query) (i32.const 16)))
      (br_if $next (i32.lt_u (local.get $query) (local.get $end))))
    ;; As $sum adds them.
    (local.set $out (f32x4.add (local.get $out)
      (i8x16.shuffle 4 5 6 7 0 1 2 3 12 13 14 15 8 9 10 11 (local.get $out) (local.get $out))))
    (local.set $far (f32.add (f32x4.extract_lane 0 (local.get $out)) (f32x4.extract_lane 2 (local.get $out))))
    (f32.store (i32.add (local.get $outside) (local.get $at)) (local.get $far))
    (f32.store (i32.add (local.get $span) (local.get $at)) (local.get $length))
    (if (f32.eq (local.get $far) (f32.const 0)) (then (return (local.get $depth))))
    (if (i32.eqz (local.get $depth)) (then (return (i32.const -1))))
    (local.set $depth (i32.sub (local.get $depth) (i32.const 1)))
    (local.set $node (i32.load (i32.add (local.get $way) (i32.mul (local.get $depth) (local.get $step)))))
    (local.set $length (f32.load (i32.add (global.get $spans) (i32.shl (local.get $node) (i32.const 2)))))
    (local.set $row (i32.add (global.get $sides) (i32.mul (local.get $node) (local.get $bytes))))
    (br $up))
  (unreachable))

;; The same where boxes are not kept: makes each from the one below and the points below the node's other child.
(func $widen (param $tree i32) (param $leaf i32) (param $depth i32) (result i32)
  (local $firstNode i32) (local $firstLeaf i32) (local $row i32) (local $from i32) (local $node i32) (local $below i32) (local $child i32) (local $open i32)
  (local $own i32)
  (local.set $firstNode (i32.mul (local.get $tree) (i32.sub (global.get $capacity) (i32.const 1))))
  (local.set $firstLeaf (i32.mul (local.get $tree) (global.get $capacity)))
  (local.set $row (i32.add (global.get $rows)
    (i32.mul (local.get $depth) (i32.shl (global.get $half) (i32.const 1)))))
  (call $point (call $valuesOf (local.get $leaf)) (local.get $row))
  (call $noteSpan (local.get $depth) (f32.const 0))
  (if (f32.eq (call $measureOne (local.get $row) (local.get $depth)) (f32.const 0))
    (then (return (local.get $depth))))
  ;; A leaf stands as the complement of its number.
  (local.set $below (i32.xor (i32.sub (local.get $leaf) (local.get $firstLeaf)) (i32.const -1)))
  (loop $up
    (if (i32.eqz (local.get $depth)) (then (return (i32.const -1))))
    (local.set $depth (i32.sub (local.get $depth) (i32.const 1)))
    (local.set $from (local.get $row))
    (local.set $row (i32.sub (local.get $row) (i32.shl (global.get $half) (i32.const 1))))
    (local.set $node (i32.load (i32.add (global.get $path) (i32.shl (local.get $depth) (i32.const 2)))))
    (local.set $child (if (result i32) (global.get $wideChildren)
            (then (i32.load16_s (i32.add (global.get $left) (i32.shl (local.get $node) (i32.const 1)))))
            (else (i32.load8_s (i32.add (global.get $left) (local.get $node))))))
    (if (i32.eq (local.get $child) (local.get $below))
      (then (local.set $child (if (result i32) (global.get $wideChildren)
            (then (i32.load16_s (i32.add (global.get $right) (i32.shl (local.get $node) (i32.const 1)))))
            (else (i32.load8_s (i32.add (global.get $right) (local.get $node))))))))
    (local.set $below (i32.sub (local.get $node) (local.get $firstNode)))
    (local.set $open (global.get $stack))
    (loop $walk
      (if (i32.ge_s (local.get $child) (i32.const 0))
        (then
          (local.set $node (i32.add (local.get $firstNode) (local.get $child)))
          (i32.store (local.get $open) (if (result i32) (global.get $wideChildren)
            (then (i32.load16_s (i32.add (global.get $right) (i32.shl (local.get $node) (i32.const 1)))))
            (else (i32.load8_s (i32.add (global.get $right) (local.get $node))))))
          (local.set $open (i32.add (local.get $open) (i32.const 4)))
          (local.set $child (if (result i32) (global.get $wideChildren)
            (then (i32.load16_s (i32.add (global.get $left) (i32.shl (local.get $node) (i32.const 1)))))
            (else (i32.load8_s (i32.add (global.get $left) (local.get $node))))))
          (br $walk)))
      (local.set $own (i32.add (local.get $firstLeaf) (i32.xor (local.get $child) (i32.const -1))))
      (call $include (call $valuesOf (local.get $own)) (local.get $from) (local.get $row))
      (local.set $from (local.get $row))
      (if (i32.gt_u (local.get $open) (global.get $stack))
        (then
          (local.set $open (i32.sub (local.get $open) (i32.const 4)))
          (local.set $child (i32.load (local.get $open)))
          (br $walk))))
    (call $noteSpan (local.get $depth) (call $length (local.get $row)))
    (br_if $up (f32.gt (call $measureOne (local.get $row) (local.get $depth)) (f32.const 0))))
  (local.get $depth))

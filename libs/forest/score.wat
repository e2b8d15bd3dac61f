;; Scores of random cut forests: the part of the kernel behind `kernel.wat`.

;; Follows the cuts of all trees, whose boxes are kept, from the roots to leaves, one depth of all after the other: which side
;; a cut leads to is hard to foresee, so that nothing branches by it, and what one tree waits for others don't.
(func $findAll
  (local $values i32) (local $tree i32) (local $node i32) (local $way i32) (local $depth i32) (local $i i32)
  (local $count i32) (local $going i32) (local $dimensionBits i32) (local $childBits i32)
  (local $reached i32) (local $depths i32) (local $open i32) (local $left i32) (local $right i32)
  (local $cutDimension i32) (local $cutValue i32) (local $wideDimensions i32) (local $wideChildren i32)
  (local $trees i32) (local $inner i32)
  ;; Addresses once, not with each node.
  (local.set $reached (global.get $reached))
  (local.set $depths (global.get $depths))
  (local.set $open (global.get $open))
  (local.set $left (global.get $left))
  (local.set $right (global.get $right))
  (local.set $cutDimension (global.get $cutDimension))
  (local.set $cutValue (global.get $cutValue))
  (local.set $wideDimensions (global.get $wideDimensions))
  (local.set $wideChildren (global.get $wideChildren))
  (local.set $trees (global.get $trees))
  (local.set $inner (i32.sub (global.get $capacity) (i32.const 1)))
  (local.set $values (i32.add (global.get $query) (global.get $half)))
  ;; What was read of a narrow number's neighbour is dropped.
  (local.set $dimensionBits (if (result i32) (local.get $wideDimensions)
    (then (i32.const 0xffff)) (else (i32.const 0xff))))
  (local.set $childBits (if (result i32) (local.get $wideChildren) (then (i32.const 16)) (else (i32.const 24))))
  (loop $next
    (local.set $node (i32.load16_s (i32.add (global.get $root) (i32.shl (local.get $tree) (i32.const 1)))))
    (i32.store (i32.add (local.get $reached) (i32.shl (local.get $tree) (i32.const 2))) (local.get $node))
    (i32.store (i32.add (local.get $depths) (i32.shl (local.get $tree) (i32.const 2))) (i32.const 0))
    (i32.store (i32.add (local.get $open) (i32.shl (local.get $going) (i32.const 2))) (local.get $tree))
    (local.set $going (i32.add (local.get $going) (i32.ge_s (local.get $node) (i32.const 0))))
    (local.set $tree (i32.add (local.get $tree) (i32.const 1)))
    (br_if $next (i32.lt_u (local.get $tree) (local.get $trees))))
  (local.set $way (global.get $ways))
  (if (local.get $going) (then (loop $down
    (local.set $depth (i32.add (local.get $depth) (i32.const 1)))
    (local.set $count (local.get $going))
    (local.set $going (i32.const 0))
    (local.set $i (i32.const 0))
    (loop $each
      (local.set $tree (i32.load (i32.add (local.get $open) (i32.shl (local.get $i) (i32.const 2)))))
      (local.set $node (i32.add
        (i32.mul (local.get $tree) (local.get $inner))
        (i32.load (i32.add (local.get $reached) (i32.shl (local.get $tree) (i32.const 2))))))
      (i32.store (i32.add (local.get $way) (i32.shl (local.get $tree) (i32.const 2))) (local.get $node))
      (local.set $node (i32.load16_u (i32.add (i32.shl (local.get $node) (local.get $wideChildren)) (select
        (local.get $left)
        (local.get $right)
        (f32.le
          (f32.load (i32.add (local.get $values) (i32.shl
            (i32.and (local.get $dimensionBits) (i32.load16_u (i32.add (local.get $cutDimension)
              (i32.shl (local.get $node) (local.get $wideDimensions)))))
            (i32.const 2))))
          (f32.load (i32.add (local.get $cutValue) (i32.shl (local.get $node) (i32.const 2)))))))))
      (local.set $node (i32.shr_s (i32.shl (local.get $node) (local.get $childBits)) (local.get $childBits)))
      (i32.store (i32.add (local.get $reached) (i32.shl (local.get $tree) (i32.const 2))) (local.get $node))
      (i32.store (i32.add (local.get $depths) (i32.shl (local.get $tree) (i32.const 2))) (local.get $depth))
      (i32.store (i32.add (local.get $open) (i32.shl (local.get $going) (i32.const 2))) (local.get $tree))
      (local.set $going (i32.add (local.get $going) (i32.ge_s (local.get $node) (i32.const 0))))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $each (i32.lt_u (local.get $i) (local.get $count))))
    (local.set $way (i32.add (local.get $way) (i32.shl (local.get $trees) (i32.const 2))))
    (br_if $down (local.get $going))))))

;; How far the point in question is from those of a tree, of $size points, by how far it is outside the boxes from a leaf up to
;; the first that has it inside: the expected inverse of the depth that it would stand at, were it inserted. A copy of a
;; leaf's point would stand with it, as deep as if those were a tree of their own; the more there are, the more they damp it.
(func $blend (param $depth i32) (param $inside i32) (param $mass f64) (param $size f64) (result f64)
  (local $score f64) (local $far f64) (local $at i32)
  (if (i32.eq (local.get $inside) (local.get $depth))
    (then (return (f64.mul
      (f64.sub (f64.const 1) (f64.div (local.get $mass) (f64.mul (f64.const 2) (local.get $size))))
      (f64.div (f64.const 1) (f64.add
        (f64.convert_i32_u (local.get $depth))
        (call $log2 (f64.add (local.get $mass) (f64.const 1)))))))))
  (loop $up
    (local.set $at (i32.shl (local.get $depth) (i32.const 2)))
    (local.set $far (f64.promote_f32 (f32.load (i32.add (global.get $outside) (local.get $at)))))
    (local.set $score (f64.add (local.get $score) (f64.mul
      (f64.div (local.get $far) (f64.add
        (f64.promote_f32 (f32.load (i32.add (global.get $span) (local.get $at))))
        (local.get $far)))
      (f64.sub
        (f64.div (f64.const 1) (f64.convert_i32_u (i32.add (local.get $depth) (i32.const 1))))
        (local.get $score)))))
    (local.set $depth (i32.sub (local.get $depth) (i32.const 1)))
    (br_if $up (i32.gt_s (local.get $depth) (local.get $inside))))
  (local.get $score))

;; The same by the way to a leaf that was found.
(func (export "scoreAt") (param $tree i32) (param $leaf i32) (param $depth i32) (param $mass f64) (param $size f64)
  (result f64)
  (call $blend
    (local.get $depth)
    (call $measure (local.get $tree) (local.get $leaf) (local.get $depth))
    (local.get $mass)
    (local.get $size)))

;; The same of all trees, whose boxes are kept, summed up.
(func (export "score") (param $size f64) (result f64)
  (local $tree i32) (local $at i32) (local $leaf i32) (local $depth i32) (local $massBits i32) (local $sum f64)
  (call $findAll)
  (local.set $massBits (if (result i32) (global.get $wideMasses) (then (i32.const 0xffff)) (else (i32.const 0xff))))
  (loop $next
    (local.set $at (i32.shl (local.get $tree) (i32.const 2)))
    (local.set $depth (i32.load (i32.add (global.get $depths) (local.get $at))))
    (local.set $leaf (i32.add
      (i32.mul (local.get $tree) (global.get $capacity))
      (i32.xor (i32.load (i32.add (global.get $reached) (local.get $at))) (i32.const -1))))
    (local.set $sum (f64.add (local.get $sum) (call $blend
      (local.get $depth)
      (call $measureKept
        (local.get $leaf)
        (local.get $depth)
        (i32.add (global.get $ways) (local.get $at))
        (i32.shl (global.get $trees) (i32.const 2)))
      (f64.convert_i32_u (i32.and (local.get $massBits)
        (i32.load16_u (i32.add (global.get $mass) (i32.shl (local.get $leaf) (global.get $wideMasses))))))
      (local.get $size))))
    (local.set $tree (i32.add (local.get $tree) (i32.const 1)))
    (br_if $next (i32.lt_u (local.get $tree) (global.get $trees))))
  (local.get $sum))

/*
 * race.litmus by hand: get_futex_key of the current kernel (derive.current), three times, beside a truncation
 * (env.truncate) of the file's only page. One statement here is one step of the Machine, so both have the same number
 * of states when SPIN neither merges statements (spin -o3) nor reduces (-DNOREDUCE).
 *
 * Left out is what no state differs in beyond the positions of the processes: constants, and who holds the mmap lock,
 * i_rwsem, i_pages and RCU, for which nobody waits here. A step that touches nothing else is a skip, which is what
 * partial-order reduction likes best. Paths that this race cannot take are assertions.
 */

bool pte = 1;      /* mm->pte[0]: the page, writable, or nothing */
byte refs = 2;     /* page->_refcount: the page table and the page cache; a page without references is free */
bool mapped = 1;   /* page->_mapcount */
bool mapping = 1;  /* page->mapping */
bool slot = 1;     /* inode->slot[0] */
byte plock = 0;    /* the page lock */
byte ptl = 0;      /* mm->ptl */
bool size = 1;     /* inode->i_size */
byte i_seq = 0;    /* the last number given */
byte number = 0;   /* inode->i_sequence */

/* gup.fast and gup.slow; without a page the file has ended, so handle-mm-fault finds nothing to map */
inline gup_slow() {
  skip;                                           /* mmap_read_lock(mm) */
  skip;                                           /* flags = mm->vm_flags[v] */
  d_step { ptl == 0 -> ptl = _pid + 1 };          /* spin_lock(&mm->ptl) */
  assert(!pte);                                   /* pte = mm->pte[v] */
  ptl = 0;                                        /* spin_unlock(&mm->ptl) */
  skip;                                           /* env.handle-mm-fault: flags = mm->vm_flags[v] */
  assert(!pte);                                   /* pte = mm->pte[v] */
  skip;                                           /* file = mm->vm_file[v] */
  skip;                                           /* off = mm->vm_pgoff[v] */
  skip;                                           /* fm = file->i_mapping */
  assert(!size)                                   /* n = file->i_size; return -EFAULT */
}

active [3] proctype deriver() {
  byte n;

again:
  if                                              /* pte = READ_ONCE(mm->pte[v]) */
  :: pte
  :: !pte -> goto slow
  fi;
  if                                              /* got = try_get_page(page) */
  :: d_step { refs > 0 -> refs++ }
  :: refs == 0 -> goto slow
  fi;
  if                                              /* pte2 = READ_ONCE(mm->pte[v]) */
  :: pte -> goto got
  :: !pte
  fi;
  refs--;                                         /* put_page(page) */
slow:
  gup_slow();
  skip;                                           /* mmap_read_unlock(mm) */
  assert(!pte);                                   /* for reading: pte = READ_ONCE(mm->pte[v]) */
  gup_slow();
  assert(!size);                                  /* mmap_read_unlock(mm); return -EFAULT: right once the file ended */
  goto end_fault;

got:
  skip;                                           /* page = compound_head(page) */
  if                                              /* mapping = READ_ONCE(page->mapping) */
  :: mapping -> goto has_mapping
  :: !mapping
  fi;
  d_step { plock == 0 -> plock = _pid + 1 };      /* lock_page(page) */
  skip;                                           /* n = PageSwapCache(page) */
  assert(!mapping);                               /* mapping = page->mapping */
  plock = 0;                                      /* unlock_page(page) */
  d_step { assert(!size && refs > 0); refs-- };   /* put_page(page); return -EFAULT */
  goto end_fault;

has_mapping:
  skip;                                           /* n = PageAnon(page) */
  skip;                                           /* rcu_read_lock() */
  if                                              /* mapping2 = READ_ONCE(page->mapping) */
  :: mapping
  :: !mapping -> goto changed
  fi;
  skip;                                           /* inode = READ_ONCE(mapping->host) */
  if                                              /* old = READ_ONCE(inode->i_sequence) */
  :: d_step { number != 0 -> n = number } -> goto numbered
  :: number == 0
  fi;
  d_step { i_seq++; n = i_seq };                  /* new = atomic_inc_return(&i_seq) */
  if                                              /* old = cmpxchg(&inode->i_sequence, 0, new) */
  :: d_step { number == 0 -> number = n }
  :: d_step { number != 0 -> n = number }
  fi;
numbered:
  skip;                                           /* n = page_to_pgoff(tail) */
  skip;                                           /* rcu_read_unlock() */
  d_step { assert(n == number && refs > 0); refs--; n = 0 };  /* put_page(page); return 0 */
  goto end_key;

changed:
  skip;                                           /* rcu_read_unlock() */
  refs--;                                         /* put_page(page) */
  goto again;

end_key:
  false;
end_fault:
  false
}

/* One VMA maps the file. */
active proctype truncate() {
  skip;                                           /* mutex_lock(&inode->i_rwsem) */
  skip;                                           /* old = inode->i_size */
  size = 0;                                       /* inode->i_size = size */
  /* env.unmap-range */
  skip;                                           /* c = next_vma(inode, c) */
  skip;                                           /* n = mm->vm_pgoff[v] */
  d_step { ptl == 0 -> ptl = _pid + 1 };          /* spin_lock(&mm->ptl) */
  assert(pte);                                    /* pte = mm->pte[v] */
  skip;                                           /* head = compound_head(page) */
  pte = 0;                                        /* mm->pte[v] = 0 */
  mapped = 0;                                     /* head->_mapcount -= 1 */
  ptl = 0;                                        /* spin_unlock(&mm->ptl) */
  skip;                                           /* wait_until(irqs_off == 0) */
  refs--;                                         /* drop_ref(page) */
  skip;                                           /* c = next_vma(inode, c): no other */
  /* env.truncate-range, pass 1 */
  skip;                                           /* fm = inode->i_mapping */
  assert(slot);                                   /* slot = inode->slot[i] */
  d_step { assert(refs > 0); refs++ };            /* n = find_get_page(page) */
  d_step { assert(plock == 0); plock = _pid + 1 };/* n = trylock_page(page): nobody locks a page with a mapping */
  skip;                                           /* wait_until(page->writeback == 0) */
  skip;                                           /* head = compound_head(page) */
  assert(mapping);                                /* mapping = head->mapping */
  assert(!mapped);                                /* n = head->_mapcount */
  skip;                                           /* head->dirty = 0 */
  skip;                                           /* spin_lock(&inode->i_pages) */
  mapping = 0;                                    /* head->mapping = NULL */
  slot = 0;                                       /* inode->slot[i] = 0 */
  skip;                                           /* spin_unlock(&inode->i_pages) */
  refs--;                                         /* drop_ref(page) */
  plock = 0;                                      /* unlock_page(page) */
  d_step { assert(refs > 0); refs-- };            /* put_page(page) */
  skip; skip; skip;                               /* slot = inode->slot[i], 1 to 3: empty */
  /* pass 2 */
  skip;                                           /* fm = inode->i_mapping */
  assert(!slot); skip; skip; skip;                /* slot = inode->slot[i]: all empty */
  /* env.unmap-range again */
  skip;                                           /* c = next_vma(inode, c) */
  skip;                                           /* n = mm->vm_pgoff[v] */
  d_step { ptl == 0 -> ptl = _pid + 1 };          /* spin_lock(&mm->ptl) */
  assert(!pte);                                   /* pte = mm->pte[v] */
  ptl = 0;                                        /* spin_unlock(&mm->ptl) */
  skip;                                           /* c = next_vma(inode, c) */
  skip;                                           /* mutex_unlock(&inode->i_rwsem) */
end_done:
  false
}
